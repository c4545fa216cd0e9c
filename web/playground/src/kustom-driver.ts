/** Acts on what `kustom-state` decides: the iframe, the clock and the calls, and nothing else. */
import type { Cart } from '@hantera/storefront-sdk/cart';
import { confirmationUrl, initKustom } from './api';
import { loadCart } from './cart-session';
import { type Effect, initialState, type KustomEvent, type KustomState, step } from './kustom-state';
import { renderSnippet, scriptOrigin, withKustom } from './snippet';

/** An update takes well under a second. After this long something is wrong and the shopper must hear of it. */
const WATCHDOG_MS = 20_000;
const API_CHECK_MS = 100;
const API_CHECKS = 100;

export type KustomPage = {
  cartId: string;
  container: HTMLElement;
  onState: (state: KustomState) => void;
  onInspector: (origin: string) => void;
  showOrder: () => void;
};

export type KustomDriver = { send: (event: KustomEvent) => void; start: () => void };

export function createKustomDriver(page: KustomPage): KustomDriver {
  let state = initialState;
  let watchdog: ReturnType<typeof setTimeout> | undefined;

  const send = (event: KustomEvent) => {
    const next = step(state, event);
    state = next.state;
    page.onState(state);
    for (const effect of next.effects) act[effect]();
  };

  const act: Record<Effect, () => void> = {
    init: () => void start(page, send),
    // Kustom wakes the iframe after ten seconds by itself, with old amounts. We have a watchdog instead.
    suspend: () => withKustom((api) => api.suspend({ autoResume: { enabled: false } })),
    resume: () => withKustom((api) => api.resume()),
    start_watchdog: () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => send({ type: 'watchdog' }), WATCHDOG_MS);
    },
    stop_watchdog: () => clearTimeout(watchdog),
    // The confirmation page knows how to confirm; going there is what the missing redirect would have done.
    confirm: () => location.assign(confirmationUrl(page.cartId)),
    reload: () => location.reload(),
    show_order: page.showOrder,
  };

  return { send, start: act.init };
}

export function cartEvent(cart: Cart): KustomEvent {
  return {
    type: 'cart',
    order: kustomOrder(cart),
    pending: text(cart.fields?.kustomPendingHash),
    sync: text(cart.fields?.kustomSyncHash),
    completed: cart.cartState === 'completed',
  };
}

async function start(page: KustomPage, send: (event: KustomEvent) => void): Promise<void> {
  try {
    const answer = await initKustom(page.cartId);
    if ('problem' in answer) return send({ type: 'init_failed', message: answer.problem });
    renderSnippet(page.container, answer.htmlSnippet);
  } catch {
    return send({ type: 'init_failed', message: 'The server did not answer.' });
  }
  const [isThere, order] = await Promise.all([isKustomThere(), openedOrder(page.cartId)]);
  if (!isThere) return send({ type: 'init_failed', message: 'Kustom’s script did not start.' });
  withKustom((api) => api.on({ redirect_initiated: () => send({ type: 'redirect_initiated' }) }));
  send({ type: 'rendered', order });
  const origin = scriptOrigin(page.container);
  if (origin) page.onInspector(origin);
}

/** The snippet does not say which order it shows; the cart does. What the stream has brought may be older than that. */
async function openedOrder(cartId: string): Promise<string | undefined> {
  const cart = await loadCart(cartId).catch(() => undefined);
  return cart && kustomOrder(cart);
}

/** The snippet defines it at once, or from a script that it loads. */
async function isKustomThere(): Promise<boolean> {
  for (let check = 0; check < API_CHECKS; check += 1) {
    if (typeof window._klarnaCheckout === 'function') return true;
    await new Promise((resolve) => setTimeout(resolve, API_CHECK_MS));
  }
  return false;
}

function kustomOrder(cart: Cart): string | undefined {
  return text(cart.fields?.kustomOrderId);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
