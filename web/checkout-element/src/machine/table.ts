/**
 * What follows from what, phase by phase. An event that a phase does not list changes nothing there.
 *
 * The rule that matters most can be read off the rows: none of `paying`, `confirming` and `done` has a way to
 * suspend or resume. Once the shopper has paid, the iframe is Kustom's alone, whatever happens to the cart.
 */
import { hasLeftOrder, isInSync, isNews, withNews } from './news.js';
import type { CheckoutEvent, CheckoutState, Effect, Phase, Problem, Step } from './state.js';

type Event<T> = Extract<CheckoutEvent, { type: T }>;
type Row = {
  readonly [T in CheckoutEvent['type']]?: (state: CheckoutState, event: Event<T>) => Step;
};

export const TABLE: Record<Phase, Row> = {
  loading: {
    cart: note,
    rendered: onRendered,
    open_failed: (state, { problem }) => fail(state, problem),
    returned: (state) => go(state, 'confirming', ['confirm']),
    // Whoever has paid here before fills in nothing, and may be faster than our reading of the cart.
    redirect_initiated: pay,
    lock,
    unlock,
  },
  open: {
    cart: (state, event) => settle(noted(state, event), staleEffects(state, event)),
    lock: (state) => suspend({ ...state, locks: state.locks + 1 }),
    redirect_initiated: pay,
  },
  suspended: {
    cart: onCartWhileSuspended,
    tick: (state) => settle(state),
    lock,
    unlock: (state, event) => settle(unlocked(state, event)),
    redirect_initiated: pay,
    watchdog: (state) => stay({ ...state, isOverdue: true }, ['refresh']),
    retry: onRetryWhileSuspended,
  },
  paying: {
    cart: note,
    unlock,
    // The redirect did not come, or the shopper has come back from it. Asking what became of it is always harmless.
    watchdog: (state) => go(state, 'confirming', ['confirm']),
    restored: (state) => go(state, 'confirming', ['stop_watchdog', 'confirm']),
  },
  confirming: {
    cart: note,
    unlock,
    confirm_noted: (state, { note }) => stay({ ...state, note }),
    confirm_failed: (state, { problem }) => fail(state, problem),
  },
  failed: {
    cart: onCartWhileFailed,
    lock,
    unlock,
    // The iframe that was missed has come.
    rendered: (state, event) => (state.isRendered ? stay(state) : onRendered(state, event)),
    // The payment may have begun before the cart lost the order. What Kustom says about it counts.
    redirect_initiated: pay,
    retry: onRetryWhileFailed,
  },
  done: {},
};

export function step(state: CheckoutState, event: CheckoutEvent): Step {
  // The order has arrived: on whichever road, and however late, this is the end.
  const news = 'news' in event ? event.news : undefined;
  if (news?.isCompleted && state.phase !== 'done') {
    return go(withNews(state, news), 'done', ['stop_watchdog']);
  }
  const follow = TABLE[state.phase][event.type] as
    | ((state: CheckoutState, event: CheckoutEvent) => Step)
    | undefined;
  return follow ? follow(state, event) : stay(state);
}

function onRendered(before: CheckoutState, { news, isCertain }: Event<'rendered'>): Step {
  const state = news && (isCertain || !before.news) ? withNews(before, news) : before;
  const shown = news?.held ?? state.news?.held;
  return settle({ ...state, isRendered: true, openOrder: news?.order ?? state.news?.order, shown });
}

function onCartWhileSuspended(before: CheckoutState, event: Event<'cart'>): Step {
  const state = noted(before, event);
  // A newer change starts a newer update, which gets the whole time again.
  const isNewer = before.news?.wanted !== state.news?.wanted;
  const restart: Effect[] = isNewer && !state.isOverdue ? ['start_watchdog'] : [];
  return settle(state, [...staleEffects(before, event), ...restart]);
}

/** Brings the iframe to where the cart is: gone, open, or suspended. The only way to resume leads through here. */
function settle(state: CheckoutState, effects: readonly Effect[] = []): Step {
  if (hasLeftOrder(state)) return expire(state);
  const shown = { ...state, shown: state.news?.held };
  if (state.phase === 'suspended')
    return mayResume(state) ? go(shown, 'open', ['stop_watchdog', 'resume']) : stay(state, effects);
  if (!mayResume(state)) return suspend(state, effects);
  // The whole update fitted between two events. Only suspend and resume make the iframe read it.
  const isBehind = state.shown !== undefined && state.shown !== shown.shown;
  if (isBehind) return suspend(state, [...effects, 'tick']);
  return go(shown, 'open', effects);
}

/** Only for a revision that Kustom has confirmed, and while nobody changes the cart. */
function mayResume({ news, locks, isUnsure }: CheckoutState): boolean {
  if (locks > 0 || isUnsure) return false;
  return news === undefined || (isInSync(news) && !news.isEmpty);
}

function suspend(state: CheckoutState, effects: readonly Effect[] = []): Step {
  return go(state, 'suspended', ['suspend', 'start_watchdog', ...effects]);
}

function pay(state: CheckoutState): Step {
  return go({ ...state, isRendered: true }, 'paying', ['start_watchdog']);
}

/** Kustom would refuse a payment now, so the iframe takes no more input. */
function expire(state: CheckoutState): Step {
  const failed = fail(state, { code: 'EXPIRED', wayOut: 'reload' });
  return state.phase === 'open' ? { ...failed, effects: [...failed.effects, 'suspend'] } : failed;
}

function onRetryWhileSuspended(state: CheckoutState): Step {
  if (!state.isOverdue) return stay(state);
  // A change of the page's own hangs. Only a new page is rid of it.
  if (state.locks > 0) return stay(state, ['reload']);
  return go(state, 'suspended', ['reopen', 'start_watchdog']);
}

function onCartWhileFailed(before: CheckoutState, event: Event<'cart'>): Step {
  const state = noted(before, event);
  // Only when it was seen empty before: a server that disagrees with itself must not be asked without a pause.
  const isFilled = before.news?.isEmpty && !state.news?.isEmpty;
  return isFilled && state.problem?.code === 'EMPTY_CART' && !state.isRendered
    ? go(state, 'loading', ['open'])
    : stay(state);
}

function onRetryWhileFailed(state: CheckoutState): Step {
  switch (state.problem?.wayOut) {
    case 'open':
      return state.isRendered ? stay(state, ['reload']) : go(state, 'loading', ['open']);
    case 'confirm':
      return go(state, 'confirming', ['confirm']);
    case 'checkout':
      return stay(state, ['go_to_checkout']);
    default:
      return stay(state, ['reload']);
  }
}

function note(state: CheckoutState, event: Event<'cart'>): Step {
  return stay(noted(state, event));
}

function lock(state: CheckoutState): Step {
  return stay({ ...state, locks: state.locks + 1 });
}

function unlock(state: CheckoutState, event: Event<'unlock'>): Step {
  return stay(unlocked(state, event));
}

function unlocked(state: CheckoutState, { isKnown }: Event<'unlock'>): CheckoutState {
  return { ...state, locks: state.locks - 1, isUnsure: state.isUnsure || !isKnown };
}

function noted(state: CheckoutState, event: Event<'cart'>): CheckoutState {
  return isNews(state, event) ? withNews(state, event.news) : state;
}

/** Old news are not believed, but they are a reason to ask. */
function staleEffects(state: CheckoutState, event: Event<'cart'>): Effect[] {
  return isNews(state, event) ? [] : ['refresh'];
}

function fail(state: CheckoutState, problem: Problem): Step {
  const { state: failed, effects } = go(state, 'failed', ['stop_watchdog']);
  return { state: { ...failed, problem }, effects };
}

function go(state: CheckoutState, phase: Phase, effects: readonly Effect[]): Step {
  return { state: { ...state, phase, isOverdue: false, note: undefined, problem: undefined }, effects };
}

function stay(state: CheckoutState, effects: readonly Effect[] = []): Step {
  return { state, effects };
}
