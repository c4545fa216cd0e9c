/** What every page has around it: header, connection banner, footer, and a place to announce things. */
import { h, setText } from '../dom';
import { memory } from '../memory';
import { createWorkshop } from './workshop';

const INSPECTOR = 'http://127.0.0.1:3301';

export type Frame = {
  main: HTMLElement;
  /** The right-hand side of the header, for what a page wants to keep at hand. */
  tools: HTMLElement;
  announce: (message: string) => void;
  setConnected: (isConnected: boolean) => void;
  setInspector: (origin: string) => void;
};

export function createFrame(root: HTMLElement, title: string): Frame {
  document.title = `${title} · Kassa playground`;
  const main = h('main', { id: 'main', tabindex: '-1' });
  const tools = h('div', { class: 'tools' });
  const workshop = createWorkshop();
  const live = h('p', { class: 'visually-hidden', 'aria-live': 'polite' });
  const banner = h('p', {
    class: 'banner',
    role: 'status',
    'data-testid': 'connection-banner',
    hidden: true,
  });
  const inspector = h('a', { href: memory.inspector() ?? INSPECTOR, 'data-testid': 'inspector-link' });
  inspector.append('Kustom emulator');
  root.replaceChildren(
    h('a', { class: 'skip', href: '#main' }, 'Skip to content'),
    h(
      'header',
      { class: 'site-header' },
      h('a', { class: 'brand', href: '/' }, brandMark(), 'Kassa playground'),
      tools,
      workshop.button,
    ),
    main,
    footer(inspector),
    banner,
    workshop.host,
    live,
  );
  return {
    main,
    tools,
    announce: (message) => setText(live, message),
    setConnected: (isConnected) => {
      banner.hidden = isConnected;
      setText(banner, isConnected ? '' : 'Connection lost. Trying again…');
    },
    setInspector: (origin) => {
      inspector.href = origin;
      memory.setInspector(origin);
    },
  };
}

function brandMark(): HTMLElement {
  return h('span', { class: 'brand-mark', 'aria-hidden': 'true' }, 'K');
}

function footer(inspector: HTMLElement): HTMLElement {
  return h(
    'footer',
    { class: 'site-footer' },
    h('p', {}, h('strong', {}, 'This is a demo on an emulated Kustom: no real money, no real goods. ')),
    h('p', {}, 'See what the ', inspector, ' was asked and answered · ', h('a', { href: '/terms' }, 'Terms')),
  );
}
