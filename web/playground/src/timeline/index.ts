/** The workshop: what goes on behind the shop, what to try, and the code that it takes. Loaded when it is opened. */
import { createCode } from '../code';
import { h } from '../dom';
import { scene } from '../scene';
import { createTries } from '../tries';
import { createSource } from './source';
import { createEdge } from './view/edge';
import { createTimelinePane } from './view/pane';
import { createTabs } from './view/tabs';
import './workshop.css';

export function mountWorkshop(host: HTMLElement): void {
  const source = createSource();
  const tries = createTries(source, () => tabs.open('timeline'));
  const timeline = createTimelinePane(source, () => scene.get().checkout);
  const live = h('div', { class: 'panel-of-tab' }, tries.card, timeline);
  const trying = h('div', { class: 'panel-of-tab' }, tries.list);
  const code = h('div', { class: 'panel-of-tab' }, createCode());
  const tabs = createTabs('Workshop', [
    { name: 'Timeline', id: 'timeline', panel: live },
    { name: 'What should I try?', id: 'tries', panel: trying },
    { name: 'Code', id: 'code', panel: code },
  ]);
  // It is for developers, and speaks English wherever the shop sells.
  host.lang = 'en';
  const head = h('div', { class: 'workshop-head' }, tabs.element, closeButton());
  host.replaceChildren(createEdge(host), head, live, trying, code);
}

/** The shop's own button is out of reach under a sheet, so this one presses it. */
function closeButton(): HTMLElement {
  const close = () => {
    const opener = document.querySelector<HTMLElement>('[data-testid="open-workshop"]');
    opener?.click();
    opener?.focus();
  };
  return h(
    'button',
    { type: 'button', class: 'close', 'aria-label': 'Close the workshop', onclick: close },
    '×',
  );
}
