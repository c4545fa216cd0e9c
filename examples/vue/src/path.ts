/** Which page is shown. A real shop has a router for this. */
import { ref } from 'vue';

export const path = ref(location.pathname);

addEventListener('popstate', () => {
  path.value = location.pathname;
});

export function go(to: string): void {
  history.pushState(null, '', to);
  path.value = to;
}
