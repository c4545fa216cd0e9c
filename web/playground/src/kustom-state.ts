/**
 * What the page does with Kustom's iframe, as a state machine: `step(state, event)` decides, others act.
 *
 * It knows no document, no clock and no network. The one rule that matters most: once the shopper has paid
 * (`redirect_initiated`), the iframe is never suspended or resumed again, whatever happens to the cart.
 *
 * An iframe shows one Kustom order for as long as it lives. When the cart no longer has that order, Kustom has
 * forgotten it, and nothing but a new page shows another.
 */

export type Phase = 'loading' | 'open' | 'suspended' | 'paying' | 'confirming' | 'done' | 'failed';

export type KustomState = {
  readonly phase: Phase;
  /** Hash of what Kustom should hold. */
  readonly pending: string | undefined;
  /** Hash of what Kustom holds. */
  readonly sync: string | undefined;
  /** The Kustom order that the newest cart has. */
  readonly cartOrder: string | undefined;
  /** The Kustom order that the iframe shows. */
  readonly openOrder: string | undefined;
  /** The update has taken so long that the page must offer a way out. It may still arrive. */
  readonly overdue: boolean;
  readonly problem: string | undefined;
  /** What a retry does. */
  readonly retry: Retry;
};

export type Retry = 'init' | 'confirm' | 'reload';

type CartEvent = {
  type: 'cart';
  order: string | undefined;
  pending: string | undefined;
  sync: string | undefined;
  completed: boolean;
};

export type KustomEvent =
  | CartEvent
  | { type: 'rendered'; order: string | undefined }
  | { type: 'init_failed'; message: string }
  | { type: 'redirect_initiated' }
  | { type: 'returned' }
  | { type: 'confirm_failed'; message: string }
  | { type: 'watchdog' }
  | { type: 'retry' };

export type Effect =
  | 'init'
  | 'suspend'
  | 'resume'
  | 'start_watchdog'
  | 'stop_watchdog'
  | 'confirm'
  | 'reload'
  | 'show_order';

export type Step = { readonly state: KustomState; readonly effects: readonly Effect[] };

export const initialState: KustomState = {
  phase: 'loading',
  pending: undefined,
  sync: undefined,
  cartOrder: undefined,
  openOrder: undefined,
  overdue: false,
  problem: undefined,
  retry: 'init',
};

export const EXPIRED = 'Reload to continue with your cart.';

export function step(state: KustomState, event: KustomEvent): Step {
  if (state.phase === 'done') return stay(state);
  switch (event.type) {
    case 'cart':
      return onCart(state, event);
    case 'rendered':
      return state.phase === 'loading' ? settle({ ...state, openOrder: event.order }, []) : stay(state);
    case 'init_failed':
      return state.phase === 'loading' ? fail(state, event.message, 'init') : stay(state);
    case 'redirect_initiated':
      return mayPay(state) ? go(state, 'paying', ['start_watchdog']) : stay(state);
    case 'returned':
      return state.phase === 'confirming' ? stay(state) : go(state, 'confirming', ['confirm']);
    case 'confirm_failed':
      return state.phase === 'confirming' ? fail(state, event.message, 'confirm') : stay(state);
    case 'watchdog':
      return onWatchdog(state);
    case 'retry':
      return onRetry(state);
  }
}

export function isSyncing(hashes: { pending: string | undefined; sync: string | undefined }): boolean {
  return hashes.pending !== undefined && hashes.pending !== hashes.sync;
}

function onCart(before: KustomState, event: CartEvent): Step {
  const state = { ...before, pending: event.pending, sync: event.sync, cartOrder: event.order };
  if (event.completed) return go(state, 'done', ['stop_watchdog', 'show_order']);
  if (isLive(state.phase) && hasLeftOrder(before, state)) return expire(state);
  if (state.phase === 'open') return onCartWhileOpen(before, state);
  if (state.phase !== 'suspended') return stay(state);
  if (!isSyncing(state)) return go(state, 'open', ['stop_watchdog', 'resume']);
  // A newer edit starts a newer update, which gets the whole time again.
  const isNewer = before.pending !== state.pending;
  return isNewer ? go(state, 'suspended', ['start_watchdog']) : stay(state);
}

function onCartWhileOpen(before: KustomState, state: KustomState): Step {
  if (isSyncing(state)) return settle(state, []);
  // The whole update fitted between two events. Only suspend and resume make the iframe read it.
  const wasReplaced = before.sync !== undefined && before.sync !== state.sync && state.pending === state.sync;
  return { state, effects: wasReplaced ? ['suspend', 'resume'] : [] };
}

/**
 * Only a cart that had the iframe's order can lose it: right after the opening, news from before it may still be
 * on their way, of a cart with no order yet or with the one that this one replaced.
 */
function hasLeftOrder(before: KustomState, state: KustomState): boolean {
  const shown = before.openOrder ?? before.cartOrder;
  return shown !== undefined && before.cartOrder === shown && state.cartOrder !== shown;
}

/** Kustom would refuse a payment now, so the iframe takes no more input. */
function expire(state: KustomState): Step {
  const failed = fail(state, EXPIRED, 'reload');
  return state.phase === 'open' ? { ...failed, effects: [...failed.effects, 'suspend'] } : failed;
}

function onWatchdog(state: KustomState): Step {
  if (state.phase === 'suspended') return { state: { ...state, overdue: true }, effects: [] };
  // The redirect did not come. Asking whether the purchase is paid is always harmless.
  if (state.phase === 'paying') return go(state, 'confirming', ['confirm']);
  return stay(state);
}

function onRetry(state: KustomState): Step {
  if (state.phase !== 'failed') return stay(state);
  switch (state.retry) {
    case 'init':
      return go(state, 'loading', ['init']);
    case 'confirm':
      return go(state, 'confirming', ['confirm']);
    case 'reload':
      return { state, effects: ['reload'] };
  }
}

/** The iframe is on the page: open, or suspended when Kustom is still behind. */
function settle(state: KustomState, effects: readonly Effect[]): Step {
  if (!isSyncing(state)) return go(state, 'open', effects);
  return go(state, 'suspended', [...effects, 'suspend', 'start_watchdog']);
}

function fail(state: KustomState, problem: string, retry: Retry): Step {
  return { state: { ...state, phase: 'failed', overdue: false, problem, retry }, effects: ['stop_watchdog'] };
}

function go(state: KustomState, phase: Phase, effects: readonly Effect[]): Step {
  return { state: { ...state, phase, overdue: false, problem: undefined }, effects };
}

function stay(state: KustomState): Step {
  return { state, effects: [] };
}

/** Payment may have begun before the cart lost the order. What Kustom says about it counts. */
function mayPay(state: KustomState): boolean {
  return isLive(state.phase) || (state.phase === 'failed' && state.retry === 'reload');
}

function isLive(phase: Phase): boolean {
  return phase === 'open' || phase === 'suspended';
}
