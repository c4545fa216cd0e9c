/** Which page is shown. A real shop has a router for this. */
let path = $state(location.pathname);

addEventListener('popstate', () => {
  path = location.pathname;
});

export const page = {
  get path() {
    return path;
  },
  go(to: string) {
    history.pushState(null, '', to);
    path = to;
  },
};
