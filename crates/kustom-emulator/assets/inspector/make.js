// Making and replacing elements. What a shop has sent only ever becomes text or the value of an attribute that runs nothing.

/** Attributes are set as such, `on…` are listeners, and `false` or `null` leaves one out. */
export function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const shown = new WeakMap();

/**
 * Shows these entries, each `{ key, signature, build }`, and `fill` for what changes inside. What has not changed keeps its element, and with it focus, selection,
 * scroll position and whatever is folded open.
 */
export function show(container, entries) {
  const before = shown.get(container) ?? new Map();
  const after = new Map();
  const held = heldFocus(container);
  for (const { key, signature, build, fill } of entries) {
    const known = before.get(key);
    const keeps = known?.signature === signature;
    const element = keeps ? known.element : build();
    if (!keeps && known) takeOver(known.element, element);
    fill?.(element);
    after.set(key, { signature, element });
  }
  for (const [key, { element }] of before) {
    if (after.get(key)?.element !== element) element.remove();
  }
  let next = container.firstElementChild;
  for (const { element } of after.values()) {
    if (element === next) next = next.nextElementSibling;
    else container.insertBefore(element, next);
  }
  shown.set(container, after);
  if (held && !container.contains(document.activeElement)) {
    container.querySelector(`[data-focus="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  }
}

function heldFocus(container) {
  const { activeElement } = document;
  return container.contains(activeElement) ? activeElement.dataset.focus : undefined;
}

/** What somebody has folded open or scrolled stays so in the element's successor. */
function takeOver(old, successor) {
  for (const details of old.querySelectorAll("details[data-fold]")) {
    const twin = successor.querySelector(`details[data-fold="${CSS.escape(details.dataset.fold)}"]`);
    if (twin) twin.open = details.open;
  }
}

export function button(text, onclick, attributes = {}) {
  return make("button", { type: "button", onclick, "data-focus": text, ...attributes }, text);
}

export function fold(title, open, ...children) {
  return make("details", { "data-fold": title, open }, make("summary", null, title), ...children);
}

export function badge(text, kind) {
  return make("span", { class: `badge ${kind ?? ""}` }, text);
}

/** Names and values, where there is a value. */
export function facts(pairs) {
  const there = Object.entries(pairs).filter(([, value]) => value !== null && value !== undefined && value !== false && value !== "");
  return make("dl", { class: "facts" }, there.map(([name, value]) => make("div", null, make("dt", null, name), make("dd", null, value))));
}
