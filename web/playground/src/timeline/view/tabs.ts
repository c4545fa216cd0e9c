/** One thing at a time, by the usual keys: arrows between the tabs, Tab into what they show. */
import { h } from '../../dom';

export type Tab = { readonly name: string; readonly id: string; readonly panel: HTMLElement };

export function createTabs(
  label: string,
  tabs: readonly Tab[],
): { element: HTMLElement; open: (id: string) => void } {
  const buttons = tabs.map(({ name, id, panel }) => {
    panel.id = `workshop-${id}`;
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-label', name);
    return h(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `workshop-tab-${id}`,
        'aria-controls': panel.id,
        'data-testid': `tab-${id}`,
        onclick: () => open(id),
      },
      name,
    );
  });
  const open = (wanted: string) => {
    tabs.forEach(({ id, panel }, index) => {
      const isOpen = id === wanted;
      panel.hidden = !isOpen;
      buttons[index]?.setAttribute('aria-selected', String(isOpen));
      if (buttons[index]) buttons[index].tabIndex = isOpen ? 0 : -1;
    });
  };
  const list = h('div', { role: 'tablist', 'aria-label': label, class: 'tabs' }, ...buttons);
  list.addEventListener('keydown', ({ key }) => {
    const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
    const here = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const next = buttons[(here + step + buttons.length) % buttons.length];
    if (step === 0 || here < 0 || !next) return;
    next.focus();
    next.click();
  });
  open(tabs[0]?.id ?? '');
  return { element: list, open };
}
