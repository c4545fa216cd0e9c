// A list with a search field, of which only the start is drawn until more is asked for.
import { make, show } from "./make.js";

/** A thousand rows would take longer to draw than anybody reads them. */
const PAGE = 100;

/**
 * `filters` are the choices beside the search, `text` what of an entry is searched, `row` makes one of
 * `{ key, signature, build }`. The state of search and choice is kept by the list, for as long as the page is open.
 */
export function makeList({ label, placeholder, filters, text, row, empty }) {
  const state = { search: "", filter: "", limit: PAGE };
  return (items, { chosen, redraw }) => {
    const narrow = (change) => {
      Object.assign(state, { limit: PAGE }, change);
      redraw();
    };
    const fitting = items.filter(
      (item) =>
        (state.filter === "" || filters[state.filter](item)) &&
        (state.search === "" || text(item).toLowerCase().includes(state.search)),
    );
    const shown = fitting.slice(0, state.limit);
    const rows = shown.map((item) => row(item, chosen));
    const rest = fitting.length - shown.length;
    return [
      {
        key: `tools of ${label}`,
        signature: "",
        build: () => tools({ label, placeholder, filters, state, narrow }),
      },
      countEntry(label, fitting.length, items.length),
      { key: "rows", signature: "", build: () => make("ul", { class: "rows", "aria-label": label }), fill: (list) => show(list, rows) },
      fitting.length === 0 && {
        key: "empty",
        signature: String(items.length === 0),
        build: () => make("p", { class: "none" }, items.length === 0 ? empty : "Nothing fits this search."),
      },
      rest > 0 && {
        key: "more",
        signature: String(rest),
        build: () => {
          const more = () => narrow({ limit: state.limit + PAGE });
          return make("button", { type: "button", class: "more", "data-focus": "more", onclick: more }, `Show more (${rest} left)`);
        },
      },
    ].filter(Boolean);
  };
}

function tools({ label, placeholder, filters, state, narrow }) {
  const onsearch = ({ target }) => narrow({ search: target.value.trim().toLowerCase() });
  const onfilter = ({ target }) => narrow({ filter: target.value });
  const options = ["", ...Object.keys(filters)].map((name) =>
    make("option", { value: name, selected: name === state.filter }, name === "" ? "All" : name),
  );
  const search = make("input", { type: "search", placeholder, "aria-label": `Search ${label}`, oninput: onsearch });
  search.value = state.search;
  const filter = make("select", { "aria-label": `Show which ${label}`, onchange: onfilter }, options);
  return make("div", { class: "tools" }, search, filter);
}

function countEntry(label, count, all) {
  const words = count === all ? `${all} ${label}` : `${count} of ${all} ${label}`;
  return { key: "count", signature: words, build: () => make("p", { class: "unseen", role: "status" }, words) };
}

/** Two lines, each with something at its end. */
export function rowLines([title, titleEnd], [note, noteEnd]) {
  const line = (start, end) => make("span", { class: "row-line" }, start, make("span", { class: "row-end" }, end));
  return [line(title, titleEnd), line(make("span", { class: "row-note" }, note), noteEnd)];
}

export function rowLink(view, key, chosen, ...content) {
  const isChosen = String(key) === chosen;
  const href = `#${view}/${encodeURIComponent(key)}`;
  return make("li", null, make("a", { class: "row", href, "data-focus": `row ${key}`, "aria-current": isChosen && "true" }, content));
}
