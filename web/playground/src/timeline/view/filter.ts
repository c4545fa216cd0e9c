/** Which kinds are shown. */
import { h } from '../../dom';
import type { Kind } from '../entry';

const GROUPS: { name: string; kinds: Kind[] }[] = [
  { name: 'Requests', kinds: ['request', 'answer'] },
  { name: 'Events', kinds: ['event'] },
  { name: 'Hashes', kinds: ['hash'] },
  { name: 'States', kinds: ['state'] },
  { name: 'Jobs', kinds: ['job'] },
];

export type Filter = { readonly element: HTMLElement; readonly kinds: ReadonlySet<Kind> };

export function createFilter(onChange: () => void): Filter {
  const kinds = new Set<Kind>(GROUPS.flatMap((group) => group.kinds));
  const buttons = GROUPS.map((group) => {
    const button = h('button', { type: 'button', class: 'chip', 'aria-pressed': 'true' }, group.name);
    button.addEventListener('click', () => {
      const isShown = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(isShown));
      for (const kind of group.kinds) {
        if (isShown) kinds.add(kind);
        else kinds.delete(kind);
      }
      onChange();
    });
    return button;
  });
  return {
    element: h('div', { class: 'filter', role: 'group', 'aria-label': 'Shown kinds' }, ...buttons),
    kinds,
  };
}
