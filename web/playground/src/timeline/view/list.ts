/** The list of rows: follows the end unless the reader has scrolled up, and is walked through with the arrow keys. */
import { h } from '../../dom';
import type { CurlPlace } from '../curl';
import { folded, type Item, isFold } from '../fold';
import type { Row } from '../rows';
import { appearanceOf, createFold, createRow } from './row';

export type TimelineList = {
  readonly element: HTMLElement;
  show: (rows: readonly Row[], place: CurlPlace) => void;
};

/** Whoever is this near to the end wants to see it. */
const NEAR_PX = 48;
const KEYS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

export function createList(): TimelineList {
  const list = h('ol', { class: 'entries', 'data-testid': 'timeline' });
  const toEnd = h('button', { type: 'button', class: 'to-end', hidden: true }, '↓ To the newest');
  const scroller = h('div', { class: 'scroller' }, list);
  const element = h('div', { class: 'timeline' }, scroller, toEnd);
  const expanded = new Set<string>();
  const drawn = new Map<string, { node: HTMLLIElement; appearance: string }>();
  let latest: readonly Row[] = [];
  let latestPlace: CurlPlace = { origin: location.origin, cartId: '' };
  let isFollowing = true;

  const toggle = (key: string) => {
    if (!expanded.delete(key)) expanded.add(key);
    draw();
    buttonOf(drawn.get(key)?.node)?.focus({ preventScroll: true });
  };
  const nodeOf = (item: Item, actions: { toggle: typeof toggle; place: CurlPlace }) => {
    const key = isFold(item) ? item.key : item.entry.key;
    const isOpen = expanded.has(key);
    const appearance = isFold(item) ? `${item.rounds}` : appearanceOf(item, isOpen);
    const before = drawn.get(key);
    if (before?.appearance === appearance) return before.node;
    const hadFocus = before?.node.contains(document.activeElement);
    const node = isFold(item) ? createFold(item, actions) : createRow(item, isOpen, actions);
    drawn.set(key, { node, appearance });
    if (hadFocus) queueMicrotask(() => buttonOf(node)?.focus({ preventScroll: true }));
    return node;
  };
  const draw = () => {
    const actions = { toggle, place: latestPlace };
    const items = folded(latest).flatMap((item) =>
      isFold(item) && expanded.has(item.key) ? [...item.rows] : [item],
    );
    const nodes = items.map((item) => nodeOf(item, actions));
    replaceOnlyChanged(list, nodes);
    const present = new Set(nodes);
    for (const [key, { node }] of drawn) if (!present.has(node)) drawn.delete(key);
    keepOneTabStop(list);
    if (isFollowing) scroller.scrollTop = scroller.scrollHeight;
    toEnd.hidden = isFollowing;
  };
  scroller.addEventListener('scroll', () => {
    isFollowing = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;
    toEnd.hidden = isFollowing;
  });
  toEnd.addEventListener('click', () => {
    scroller.scrollTop = scroller.scrollHeight;
    buttonOf(list.lastElementChild)?.focus({ preventScroll: true });
  });
  list.addEventListener('keydown', (event) => walk(list, event));
  list.addEventListener('focusin', ({ target }) => moveTabStop(list, target));
  for (const type of ['pointerover', 'focusin']) {
    list.addEventListener(type, ({ target }) => showTogether(list, target as Element));
  }
  return {
    element,
    show: (rows, place) => {
      latest = rows;
      latestPlace = place;
      draw();
    },
  };
}

/** Nodes that stay keep their place, their focus and their scroll position. */
function replaceOnlyChanged(list: HTMLElement, nodes: readonly HTMLElement[]): void {
  const wanted = new Set<Element>(nodes);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
}

function walk(list: HTMLElement, event: KeyboardEvent): void {
  const buttons = [...list.querySelectorAll<HTMLButtonElement>('.row')];
  const here = buttons.indexOf(event.target as HTMLButtonElement);
  if (here < 0) return;
  const step = KEYS[event.key];
  const next = event.key === 'Home' ? 0 : event.key === 'End' ? buttons.length - 1 : here + (step ?? 0);
  if (next === here) return;
  event.preventDefault();
  buttons[Math.max(0, Math.min(buttons.length - 1, next))]?.focus();
}

/** Hundreds of rows must not be hundreds of presses of Tab. */
function keepOneTabStop(list: HTMLElement): void {
  if (list.querySelector('.row[tabindex="0"]')) return;
  const last = buttonOf(list.lastElementChild);
  if (last) last.tabIndex = 0;
}

function moveTabStop(list: HTMLElement, target: EventTarget | null): void {
  if (!(target instanceof HTMLButtonElement) || !target.matches('.row')) return;
  for (const button of list.querySelectorAll<HTMLButtonElement>('.row[tabindex="0"]')) button.tabIndex = -1;
  target.tabIndex = 0;
}

/** A request and its answer light up together, with the bar between them. */
function showTogether(list: HTMLElement, target: Element): void {
  const exchange = target.closest<HTMLElement>('.entry')?.dataset.exchange;
  for (const one of list.querySelectorAll('.together')) one.classList.remove('together');
  if (exchange === undefined) return;
  for (const one of list.querySelectorAll(`[data-exchange="${exchange}"]`)) one.classList.add('together');
}

function buttonOf(node: Element | null | undefined): HTMLButtonElement | undefined {
  return node?.querySelector<HTMLButtonElement>('.row') ?? undefined;
}
