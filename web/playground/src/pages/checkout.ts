/** The order summary and Kustom's iframe side by side; the summary can be changed while the iframe is open. */
import type { Cart } from '@hantera/storefront-sdk/cart';
import { type CartSession, createCartSession, loadCart } from '../cart-session';
import { h, setText } from '../dom';
import { cartEvent, createKustomDriver, type KustomDriver } from '../kustom-driver';
import type { KustomState } from '../kustom-state';
import { memory } from '../memory';
import { createCartLines } from '../parts/cart-lines';
import { createFrame, type Frame } from '../parts/frame';
import { showNotice } from '../parts/notice';
import { createOrder } from '../parts/order';
import { createSyncState } from '../parts/sync-state';
import { createTotals } from '../parts/totals';

export async function showCheckout(root: HTMLElement, cartIdInAddress: string | null): Promise<void> {
  const frame = createFrame(root, 'Checkout');
  const cartId = cartIdInAddress ?? memory.cartId(memory.profile() ?? '');
  if (!cartId) return showNotice(frame.main, 'Your cart is empty', 'There is nothing to pay for yet.');
  let cart: Cart | undefined;
  try {
    cart = await loadCart(cartId);
  } catch {
    return showNotice(frame.main, 'No answer', 'The server does not answer. Reload the page to try again.');
  }
  if (!cart) return showNotice(frame.main, 'Unknown cart', 'This cart does not exist, or not any more.');
  remember(cart);
  if (cart.cartState === 'completed') return showOrder(frame, cart);
  if (cart.items.length === 0)
    return showNotice(frame.main, 'Your cart is empty', 'There is nothing to pay for yet.');
  openCheckout(frame, cart);
}

function openCheckout(frame: Frame, cart: Cart): void {
  const view = createView();
  const session: CartSession = createCartSession({
    onCart: (newest) => {
      view.updateSummary(newest);
      driver.send(cartEvent(newest));
    },
    onConnection: frame.setConnected,
    onProblem: view.showProblem,
  });
  const driver: KustomDriver = createKustomDriver({
    cartId: cart.cartId,
    container: view.container,
    onState: view.showState,
    onInspector: frame.setInspector,
    showOrder: () => {
      const completed = session.current();
      if (completed) showOrder(frame, completed);
    },
  });
  view.setUp(session, () => driver.send({ type: 'retry' }));
  frame.main.classList.add('checkout');
  frame.main.append(view.summary, view.payment);
  session.use(cart);
  driver.start();
}

/** A shopper may arrive on another origin than they left, where nothing is remembered yet. */
function remember(cart: Cart): void {
  if (!cart.profileKey) return;
  memory.setProfile(cart.profileKey);
  memory.setCartId(cart.profileKey, cart.cartId);
}

/** The iframe is hidden, not removed: Kustom's script may still be talking to it. */
function showOrder(frame: Frame, cart: Cart): void {
  for (const child of frame.main.children) (child as HTMLElement).hidden = true;
  frame.main.classList.remove('checkout');
  document.title = 'Order placed · Kassa playground';
  frame.main.append(createOrder(cart));
}

function createView() {
  const totals = createTotals();
  const sync = createSyncState();
  const container = h('div', { class: 'kustom', 'data-testid': 'kustom-container' });
  // Hidden, not removed, when the checkout fails: Kustom's script may still be talking to it.
  const iframe = h('div', { class: 'kustom-frame' }, container);
  const problem = h('p', { class: 'problem', role: 'alert', 'data-testid': 'cart-problem', hidden: true });
  const failure = createFailure();
  const emptied = h(
    'p',
    { class: 'problem', hidden: true },
    'Your cart is empty. ',
    h('a', { href: '/' }, 'Back to the shop'),
  );
  const linesSlot = h('div');
  let updateLines = (_: Cart) => {};

  return {
    container,
    summary: h(
      'section',
      { class: 'summary panel', 'aria-labelledby': 'summary-title' },
      h('h1', { id: 'summary-title' }, 'Your order'),
      problem,
      emptied,
      linesSlot,
      totals.element,
      h('a', { href: '/', class: 'quiet' }, 'Back to the shop'),
    ),
    payment: h(
      'section',
      { class: 'payment', 'aria-label': 'Payment' },
      sync.element,
      failure.element,
      iframe,
    ),
    setUp: (session: CartSession, onRetry: () => void) => {
      const lines = createCartLines(session.quantities);
      linesSlot.append(lines.element);
      updateLines = lines.update;
      failure.onRetry(onRetry);
    },
    updateSummary: (cart: Cart) => {
      updateLines(cart);
      totals.update(cart);
      emptied.hidden = cart.items.length > 0;
      container.hidden = cart.items.length === 0;
    },
    showProblem: (message: string) => {
      problem.hidden = message === '';
      setText(problem, message);
    },
    showState: (state: KustomState) => {
      sync.show(state);
      failure.show(state);
      iframe.hidden = state.phase === 'failed';
      iframe.dataset.phase = state.phase;
      iframe.setAttribute('aria-busy', String(state.phase === 'suspended'));
    },
  };
}

/** The ways out: try again when the checkout did not start, reload when it is dead or an update does not arrive. */
function createFailure() {
  const title = h('h2', {});
  const text = h('p', {});
  let retry = () => {};
  let act = () => {};
  const button = h('button', {
    type: 'button',
    class: 'button primary',
    'data-testid': 'checkout-retry',
    onclick: () => act(),
  });
  const element = h('div', {
    class: 'failure',
    role: 'alert',
    'data-testid': 'checkout-failure',
    hidden: true,
  });
  element.append(title, text, button);
  return {
    element,
    onRetry: (given: () => void) => {
      retry = given;
    },
    show: (state: KustomState) => {
      element.hidden = state.phase !== 'failed' && !state.overdue;
      const isFailed = state.phase === 'failed';
      // Kustom's script starts once per page: after it has run, only a new page starts it again.
      act = isFailed && !window._klarnaCheckout ? retry : () => location.reload();
      setText(title, failureTitle(state));
      setText(
        text,
        isFailed ? (state.problem ?? '') : 'Your cart is safe. Reload the page to go on with it.',
      );
      setText(button, isFailed && state.retry !== 'reload' ? 'Try again' : 'Reload');
    },
  };
}

function failureTitle(state: KustomState): string {
  if (state.phase !== 'failed') return 'This takes longer than it should';
  return state.retry === 'reload' ? 'This checkout has expired.' : 'The checkout did not open';
}
