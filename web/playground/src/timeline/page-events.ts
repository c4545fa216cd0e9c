/** What this page itself notices of its checkout: things that no server can tell. */
import type { KustomCheckoutElement } from '@kassa/checkout-element';
import { type Entry, pageEntry } from './entry';

type Seen = Pick<Entry, 'from' | 'to' | 'kind' | 'title' | 'detail'>;

/** They are kept over a page load, because paying is one. */
const MOST_KEPT = 200;
const KUSTOM_EVENTS = [
  'load',
  'order_total_change',
  'shipping_option_change',
  'can_not_complete_order',
  'network_error',
  'redirect_initiated',
] as const;

let number = 0;

export type Note = (what: Seen) => void;

/** Tells what was kept, and returns how to note what happens from now on. */
export function followPage(cartId: string, onEntries: (entries: Entry[]) => void): Note {
  const kept = readKept(cartId);
  if (kept.length > 0) onEntries(kept);
  return (what) => {
    number += 1;
    const entry = pageEntry(number, Date.now(), what);
    keep(cartId, entry);
    onEntries([entry]);
  };
}

/** Returns how to stop. */
export function followElement(element: KustomCheckoutElement, note: Note): () => void {
  const controller = new AbortController();
  const options = { signal: controller.signal };
  element.addEventListener(
    'kustom-state',
    ({ detail: { state, previous } }) => {
      if (state.phase === previous.phase) return;
      const detail = { what: 'checkout', from: previous.phase, to: state.phase };
      note(inBrowser('state', `${previous.phase} → ${state.phase}`, detail));
    },
    options,
  );
  element.addEventListener(
    'kustom-error',
    ({ detail }) =>
      note(inBrowser('event', `kustom-error ${detail.code}`, { event: 'kustom-error', ...detail })),
    options,
  );
  element.addEventListener(
    'kustom-option',
    ({ detail }) =>
      note(inBrowser('event', `kustom-option ${detail.name ?? ''}`, { event: 'kustom-option', ...detail })),
    options,
  );
  element.addEventListener(
    'kustom-cart',
    () => note(inBrowser('event', 'kustom-cart', { event: 'kustom-cart' })),
    options,
  );
  element.addEventListener(
    'kustom-completed',
    ({ detail: { cart } }) =>
      note(inBrowser('event', `kustom-completed ${cart.orderNumber}`, { event: 'kustom-completed' })),
    options,
  );
  return () => controller.abort();
}

type KustomApi = { on: (handlers: Record<string, (payload: unknown) => void>) => void };
type KustomWindow = Window & { _klarnaCheckout?: (use: (api: KustomApi) => void) => void };

/** Once the iframe is there. Kustom's script takes listeners beside those of the checkout. */
export function followKustom(note: Note): void {
  (window as KustomWindow)._klarnaCheckout?.((api) => {
    const handlers = KUSTOM_EVENTS.map((event) => [
      event,
      (payload: unknown) =>
        note({
          from: 'kustom',
          to: 'browser',
          kind: 'event',
          title: event,
          detail: { event, ...(event === 'order_total_change' && { payload }) },
        }),
    ]);
    api.on(Object.fromEntries(handlers));
  });
}

function inBrowser(kind: 'state' | 'event', title: string, detail: Entry['detail']): Seen {
  return { from: 'browser', to: 'browser', kind, title, detail };
}

function nameOf(cartId: string): string {
  return `kassa-workshop:page:${cartId}`;
}

/** Storage may be full or forbidden. Then a page load forgets them, and nothing else is lost. */
function readKept(cartId: string): Entry[] {
  try {
    return JSON.parse(sessionStorage.getItem(nameOf(cartId)) ?? '[]') as Entry[];
  } catch {
    return [];
  }
}

function keep(cartId: string, entry: Entry): void {
  try {
    const all = [...readKept(cartId), entry].slice(-MOST_KEPT);
    sessionStorage.setItem(nameOf(cartId), JSON.stringify(all));
  } catch {
    // Forgotten with the page.
  }
}
