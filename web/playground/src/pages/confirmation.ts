/**
 * Where Kustom sends the shopper after payment.
 *
 * It needs nothing from before: no cookie, no storage, not even the same browser. The address says which cart,
 * the server says whether it is paid, and the page waits for as long as that takes.
 */
import type { Cart } from '@hantera/storefront-sdk/cart';
import { confirmKustom } from '../api';
import { loadCart } from '../cart-session';
import { watchCart } from '../cart-stream';
import { confirmUntilComplete } from '../confirm';
import { h, setText } from '../dom';
import { cartEvent } from '../kustom-driver';
import { type Effect, initialState, type KustomEvent, type KustomState, step } from '../kustom-state';
import { createFrame, type Frame } from '../parts/frame';
import { showNotice } from '../parts/notice';
import { createOrder } from '../parts/order';
import { createSyncState } from '../parts/sync-state';
import type { Return } from '../return';

export function showConfirmation(root: HTMLElement, returned: Return | undefined): void {
  const frame = createFrame(root, 'Confirmation');
  if (returned) followPurchase(frame, returned.cartId);
  else showNotice(frame.main, 'No order here', 'This page shows an order after it is paid for.');
}

function followPurchase(frame: Frame, cartId: string): void {
  const view = createWaiting(cartId, () => send({ type: 'retry' }));
  const stopConfirming = new AbortController();
  let cart: Cart | undefined;
  let state: KustomState = initialState;

  const send = (event: KustomEvent) => {
    const next = step(state, event);
    state = next.state;
    view.show(state);
    for (const effect of next.effects) act(effect);
  };
  const act = (effect: Effect) => {
    if (effect === 'confirm') void confirm();
    if (effect !== 'show_order' || !cart) return;
    stopConfirming.abort();
    stopWatching();
    frame.setConnected(true);
    showOrder(frame, cart);
  };
  const onCart = (newest: Cart) => {
    cart = newest;
    send(cartEvent(newest));
  };
  const confirm = async () => {
    const outcome = await confirmUntilComplete(() => confirmKustom(cartId), wait, stopConfirming.signal);
    if (outcome.kind === 'refused') return send({ type: 'confirm_failed', message: outcome.message });
    if (outcome.kind !== 'complete') return;
    // The stream will tell as well. Asking costs one request and spares a page whose stream is held up.
    const answer = await loadCart(cartId).catch(() => undefined);
    if (answer) onCart(answer);
  };

  frame.main.append(view.element);
  const stopWatching = watchCart(cartId, { onCart, onConnection: frame.setConnected });
  send({ type: 'returned' });
}

function showOrder(frame: Frame, cart: Cart): void {
  const order = createOrder(cart);
  frame.main.replaceChildren(order);
  document.title = 'Order placed · Kassa playground';
  frame.announce(`Your order ${cart.orderNumber} is placed.`);
}

function createWaiting(cartId: string, onRetry: () => void) {
  const sync = createSyncState();
  // The heading says it to the eye; this says it to a screen reader.
  sync.element.classList.add('visually-hidden');
  const title = h('h1', {}, 'Confirming your payment…');
  const text = h('p', {});
  const retry = h('button', { type: 'button', class: 'button primary', onclick: onRetry }, 'Check again');
  const back = h(
    'a',
    { class: 'button', href: `/checkout?cart=${encodeURIComponent(cartId)}` },
    'Back to the checkout',
  );
  const ways = h('div', { class: 'ways', hidden: true }, retry, back);
  const element = h('article', { class: 'notice', 'data-testid': 'confirming' });
  element.append(h('div', { class: 'spinner', 'aria-hidden': 'true' }), title, text, ways, sync.element);
  return {
    element,
    show: (state: KustomState) => {
      const isFailed = state.phase === 'failed';
      sync.show(state);
      element.toggleAttribute('data-failed', isFailed);
      ways.hidden = !isFailed;
      setText(title, isFailed ? 'Your payment could not be confirmed' : 'Confirming your payment…');
      setText(
        text,
        isFailed
          ? (state.problem ?? '')
          : 'We are waiting for the payment to be confirmed. You may close this page; if you have paid, the order is made all the same.',
      );
    },
  };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
