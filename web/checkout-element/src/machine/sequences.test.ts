/**
 * The state machine under whatever may happen, in whatever order.
 *
 * A small model of the page keeps the books: is the iframe suspended, is a watchdog armed, is a call under way? After
 * every event the state must agree with it, so that no state is one in which nothing would ever happen again.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CartNews, type CheckoutEvent, type CheckoutState, type Effect, initialState } from './state.js';
import { step } from './table.js';

type Books = {
  isSuspended: boolean;
  isWatched: boolean;
  isOpening: boolean;
  isConfirming: boolean;
  willTick: boolean;
};

const HANDS_OFF = new Set(['paying', 'confirming', 'done']);
const RUNS = { numRuns: 2_000 };

const hash = fc.option(fc.integer({ min: 1, max: 5 }).map(String), { nil: undefined });
const news: fc.Arbitrary<CartNews> = fc.record({
  order: fc.constantFrom(undefined, 'order-1', 'order-1', 'order-1', 'order-2'),
  wanted: hash,
  held: hash,
  isEmpty: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
  isCompleted: fc.integer({ min: 0, max: 19 }).map((roll) => roll === 0),
});
const problem = fc.oneof(
  fc.constant({ code: 'NO_IFRAME', wayOut: 'reload' as const }),
  fc.record({
    code: fc.constantFrom('UNREACHABLE', 'EMPTY_CART', 'DECLINED'),
    wayOut: fc.constantFrom('open' as const, 'confirm' as const, 'reload' as const, 'checkout' as const),
  }),
);
const event: fc.Arbitrary<CheckoutEvent> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('cart' as const), news, isCertain: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('rendered' as const),
      news: fc.option(news, { nil: undefined }),
      isCertain: fc.boolean(),
    }),
  },
  fc.record({ type: fc.constant('open_failed' as const), problem }),
  fc.record({ type: fc.constant('confirm_failed' as const), problem }),
  fc.record({
    type: fc.constant('confirm_noted' as const),
    note: fc.constantFrom('slow' as const, 'review' as const),
  }),
  fc.record({ type: fc.constant('unlock' as const), isKnown: fc.boolean() }),
  {
    weight: 5,
    arbitrary: fc.constantFrom<CheckoutEvent>(
      { type: 'tick' },
      { type: 'lock' },
      { type: 'redirect_initiated' },
      { type: 'restored' },
      { type: 'returned' },
      { type: 'watchdog' },
      { type: 'retry' },
    ),
  },
);
const events = fc.array(event, { maxLength: 40 });

/** What the page would send: a call that is not under way has no answer, and nobody unlocks what is not locked. */
function isPossible(state: CheckoutState, books: Books, { type }: CheckoutEvent): boolean {
  if (type === 'rendered' || type === 'open_failed') return books.isOpening;
  if (type === 'confirm_failed' || type === 'confirm_noted') return books.isConfirming;
  if (type === 'watchdog') return books.isWatched;
  if (type === 'tick') return books.willTick;
  if (type === 'unlock') return state.locks > 0;
  if (type === 'lock') return !HANDS_OFF.has(state.phase);
  return true;
}

function enter(books: Books, effect: Effect): void {
  if (effect === 'suspend') {
    expect(books.isSuspended, 'nobody suspends twice').toBe(false);
    books.isSuspended = true;
  }
  if (effect === 'resume') {
    expect(books.isSuspended, 'only what we suspended is resumed').toBe(true);
    books.isSuspended = false;
  }
  if (effect === 'start_watchdog') books.isWatched = true;
  if (effect === 'stop_watchdog') books.isWatched = false;
  if (effect === 'open') books.isOpening = true;
  if (effect === 'confirm') books.isConfirming = true;
  if (effect === 'tick') books.willTick = true;
}

function settleAnswered(books: Books, event: CheckoutEvent): void {
  const { type } = event;
  // An iframe that is missed is waited for.
  if (type === 'open_failed' && event.problem.code === 'NO_IFRAME') return;
  if (type === 'rendered' || type === 'open_failed' || type === 'returned') books.isOpening = false;
  if (type === 'confirm_failed') books.isConfirming = false;
  if (type === 'watchdog') books.isWatched = false;
  if (type === 'tick') books.willTick = false;
}

function newBooks(): Books {
  return { isSuspended: false, isWatched: false, isOpening: true, isConfirming: false, willTick: false };
}

function happen(before: CheckoutState, books: Books, event: CheckoutEvent): CheckoutState {
  if (!isPossible(before, books, event)) return before;
  settleAnswered(books, event);
  const { state, effects } = step(before, event);
  if (HANDS_OFF.has(before.phase)) {
    expect(effects).not.toContain('resume');
    expect(effects).not.toContain('suspend');
  }
  for (const effect of effects) enter(books, effect);
  return state;
}

/** There is always something that will happen by itself, or something that the shopper can do. */
function expectNotStuck(state: CheckoutState, books: Books): void {
  const expectations = {
    loading: () => books.isOpening,
    open: () => state.isRendered && !books.isSuspended,
    suspended: () => books.isSuspended && (books.isWatched || state.isOverdue),
    paying: () => books.isWatched,
    confirming: () => books.isConfirming,
    failed: () => state.problem !== undefined,
    done: () => true,
  };
  expect(expectations[state.phase](), `stuck in ${JSON.stringify(state)} with ${JSON.stringify(books)}`).toBe(
    true,
  );
}

function play(sequence: readonly CheckoutEvent[]): { state: CheckoutState; books: Books } {
  const books = newBooks();
  let state = initialState;
  for (const event of sequence) {
    state = happen(state, books, event);
    expectNotStuck(state, books);
  }
  return { state, books };
}

test('the sequences get everywhere, so what follows is not empty words', () => {
  const reached = new Map<string, number>();
  for (const sequence of fc.sample(events, 1_000)) {
    const { phase } = play(sequence).state;
    reached.set(phase, (reached.get(phase) ?? 0) + 1);
  }
  for (const phase of ['loading', 'open', 'suspended', 'paying', 'confirming', 'failed', 'done']) {
    expect(reached.get(phase) ?? 0, phase).toBeGreaterThan(5);
  }
});

test('it is never stuck, never suspends twice and never touches the iframe of a payment', () => {
  fc.assert(
    fc.property(events, (sequence) => void play(sequence)),
    RUNS,
  );
});

test('it is only open while the newest cart is confirmed and nobody changes it', () => {
  const property = fc.property(events, (sequence) => {
    const { state } = play(sequence);
    if (state.phase !== 'open') return;
    const { wanted, held, isEmpty } = state.news ?? {};
    expect({ isConfirmed: wanted === undefined || wanted === held, locks: state.locks }).toEqual({
      isConfirmed: true,
      locks: 0,
    });
    expect(isEmpty ?? false).toBe(false);
  });
  fc.assert(property, RUNS);
});

test('from everywhere the order leads to the end', () => {
  const completed: CartNews = { order: 'order-1', wanted: '9', held: '9', isEmpty: false, isCompleted: true };
  const property = fc.property(events, fc.boolean(), (sequence, isCertain) => {
    const { state, books } = play(sequence);
    expect(happen(state, books, { type: 'cart', news: completed, isCertain }).phase).toBe('done');
  });
  fc.assert(property, RUNS);
});

test('when the trouble is over and the page asks, every suspension ends', () => {
  const property = fc.property(events, (sequence) => {
    const played = play(sequence);
    let { state } = played;
    for (let { locks } = state; locks > 0; locks -= 1) {
      state = happen(state, played.books, { type: 'unlock', isKnown: true });
    }
    const calm: CartNews = {
      order: state.openOrder,
      wanted: '9',
      held: '9',
      isEmpty: false,
      isCompleted: false,
    };
    state = happen(state, played.books, { type: 'cart', news: calm, isCertain: true });
    state = happen(state, played.books, { type: 'tick' });
    expect(state.phase).not.toBe('suspended');
    expectNotStuck(state, played.books);
  });
  fc.assert(property, RUNS);
});
