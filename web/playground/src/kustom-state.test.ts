import { describe, expect, test } from 'vitest';
import {
  type Effect,
  EXPIRED,
  initialState,
  type KustomEvent,
  type KustomState,
  type Phase,
  step,
} from './kustom-state';

const RENDERED = rendered(1);
const PAID: KustomEvent = { type: 'redirect_initiated' };
const RETURNED: KustomEvent = { type: 'returned' };
const WATCHDOG: KustomEvent = { type: 'watchdog' };
const RETRY: KustomEvent = { type: 'retry' };

/** A cart with the first Kustom order as soon as Kustom holds anything. */
function cart(pending: number | null, sync: number | null): KustomEvent {
  const hash = (value: number | null) => (value === null ? undefined : `hash-${value}`);
  const order = sync === null ? undefined : 'order-1';
  return { type: 'cart', order, pending: hash(pending), sync: hash(sync), completed: false };
}

/** A cart with another Kustom order, in sync. */
function cartOf(order: number): KustomEvent {
  return { type: 'cart', order: `order-${order}`, pending: undefined, sync: 'hash-9', completed: false };
}

function rendered(order: number | null): KustomEvent {
  return { type: 'rendered', order: order === null ? undefined : `order-${order}` };
}

const RETIRED = cart(null, null);
const COMPLETED: KustomEvent = {
  type: 'cart',
  order: 'order-1',
  pending: 'hash-1',
  sync: 'hash-1',
  completed: true,
};

function run(...events: KustomEvent[]): { state: KustomState; effects: Effect[] } {
  let state = initialState;
  const effects: Effect[] = [];
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    effects.push(...next.effects);
  }
  return { state, effects };
}

function check(events: KustomEvent[], phase: Phase, effects: Effect[]) {
  const result = run(...events);
  expect(result.state.phase).toBe(phase);
  expect(result.effects).toEqual(effects);
}

describe('an iframe that follows the cart', () => {
  test('a first order opens and is left alone', () => {
    check([cart(null, null), RENDERED, cart(null, 1)], 'open', []);
  });

  test('an update suspends at once and resumes when Kustom holds it', () => {
    check([cart(null, 1), RENDERED, cart(2, 1)], 'suspended', ['suspend', 'start_watchdog']);
    check([cart(null, 1), RENDERED, cart(2, 1), cart(2, 2)], 'open', [
      'suspend',
      'start_watchdog',
      'stop_watchdog',
      'resume',
    ]);
  });

  test('an older update that arrives does not resume a newer one', () => {
    check([cart(1, 1), RENDERED, cart(2, 1), cart(3, 1), cart(3, 2)], 'suspended', [
      'suspend',
      'start_watchdog',
      'start_watchdog',
    ]);
  });

  test('it is never suspended twice', () => {
    const { effects } = run(cart(1, 1), RENDERED, cart(2, 1), cart(2, 1), cart(3, 1), cart(3, 3));
    expect(effects.filter((effect) => effect === 'suspend')).toHaveLength(1);
    expect(effects.filter((effect) => effect === 'resume')).toHaveLength(1);
  });

  test('an update seen only when it is over still makes the iframe read the order', () => {
    check([cart(1, 1), RENDERED, cart(2, 2)], 'open', ['suspend', 'resume']);
  });

  test('the same cart again disturbs nobody', () => {
    check([cart(1, 1), RENDERED, cart(1, 1), cart(1, 1)], 'open', []);
  });

  test('an edit that is taken back resumes', () => {
    check([cart(1, 1), RENDERED, cart(2, 1), cart(1, 1)], 'open', [
      'suspend',
      'start_watchdog',
      'stop_watchdog',
      'resume',
    ]);
  });

  test('a page opened in the middle of an update starts suspended', () => {
    check([cart(2, 1), RENDERED], 'suspended', ['suspend', 'start_watchdog']);
  });

  test('an update before the iframe is there touches nothing', () => {
    check([cart(1, 1), cart(2, 1), cart(2, 2), RENDERED], 'open', []);
  });
});

describe('the watchdog', () => {
  test('a late update offers a way out and still resumes when it comes', () => {
    const late = run(cart(1, 1), RENDERED, cart(2, 1), WATCHDOG);
    expect(late.state).toMatchObject({ phase: 'suspended', overdue: true });
    const arrived = step(late.state, cart(2, 2));
    expect(arrived.state).toMatchObject({ phase: 'open', overdue: false });
    expect(arrived.effects).toEqual(['stop_watchdog', 'resume']);
  });

  test('a redirect that does not come is asked about', () => {
    check([cart(1, 1), RENDERED, PAID, WATCHDOG], 'confirming', ['start_watchdog', 'confirm']);
  });

  test('it means nothing to an open iframe', () => {
    check([cart(1, 1), RENDERED, WATCHDOG], 'open', []);
  });
});

describe('a shopper who has paid', () => {
  test('no cart change suspends or resumes the iframe', () => {
    check([cart(1, 1), RENDERED, PAID, cart(2, 1), cart(2, 2), cart(3, 3)], 'paying', ['start_watchdog']);
  });

  test('a suspended iframe that pays is not resumed by a late update', () => {
    check([cart(1, 1), RENDERED, cart(2, 1), PAID, cart(2, 2)], 'paying', [
      'suspend',
      'start_watchdog',
      'start_watchdog',
    ]);
  });

  test('the return confirms once and waits for the cart', () => {
    check([RETURNED, RETURNED, cart(1, 1)], 'confirming', ['confirm']);
    check([RETURNED, COMPLETED], 'done', ['confirm', 'stop_watchdog', 'show_order']);
  });

  test('a refused confirm can be repeated, and a push may still finish it', () => {
    const refused = run(RETURNED, { type: 'confirm_failed', message: 'No Kustom order.' });
    expect(refused.state).toMatchObject({ phase: 'failed', problem: 'No Kustom order.' });
    expect(step(refused.state, RETRY)).toMatchObject({
      state: { phase: 'confirming' },
      effects: ['confirm'],
    });
    expect(step(refused.state, COMPLETED).state.phase).toBe('done');
  });

  test('a completed cart is the end: nothing happens after it', () => {
    check([cart(1, 1), RENDERED, COMPLETED, cart(2, 1), PAID, RETURNED, WATCHDOG, RETRY], 'done', [
      'stop_watchdog',
      'show_order',
    ]);
  });

  test('a completed cart never opens an iframe', () => {
    check([COMPLETED, RENDERED], 'done', ['stop_watchdog', 'show_order']);
  });
});

describe('a checkout that does not start', () => {
  test('the message is kept and a retry starts over', () => {
    const failed = run(cart(null, null), { type: 'init_failed', message: 'Kustom is away.' });
    expect(failed.state).toMatchObject({ phase: 'failed', problem: 'Kustom is away.' });
    expect(step(failed.state, RETRY)).toMatchObject({ state: { phase: 'loading' }, effects: ['init'] });
  });

  test('a retry without a failure does nothing', () => {
    check([cart(1, 1), RENDERED, RETRY], 'open', []);
  });
});

describe('a checkout that Kustom has forgotten', () => {
  const EXPIRES: Effect[] = ['stop_watchdog', 'suspend'];

  test('a cart that loses its order ends the checkout, and a reload is the way out', () => {
    const { state, effects } = run(cart(1, 1), RENDERED, RETIRED);
    expect(state).toMatchObject({ phase: 'failed', problem: EXPIRED, retry: 'reload', overdue: false });
    expect(effects).toEqual(EXPIRES);
    expect(step(state, RETRY)).toEqual({ state, effects: ['reload'] });
  });

  test('another order in the cart ends it too', () => {
    check([cart(1, 1), RENDERED, cartOf(2)], 'failed', EXPIRES);
  });

  test('a suspended iframe stays suspended, and its watchdog stops', () => {
    check([cart(1, 1), RENDERED, cart(2, 1), RETIRED], 'failed', [
      'suspend',
      'start_watchdog',
      'stop_watchdog',
    ]);
    const late = run(cart(1, 1), RENDERED, cart(2, 1), WATCHDOG, RETIRED);
    expect(late.state).toMatchObject({ phase: 'failed', overdue: false });
  });

  test('nothing but a new page revives it', () => {
    check([cart(1, 1), RENDERED, RETIRED, cart(1, 1), cartOf(2), RENDERED, WATCHDOG], 'failed', EXPIRES);
  });

  test('news from before the opening do not end it', () => {
    check([cart(1, 1), rendered(2), RETIRED, cartOf(2)], 'open', ['suspend', 'resume']);
    check([rendered(2), RETIRED, RETIRED, cartOf(2)], 'open', []);
    check([rendered(2), RETIRED, cartOf(2), RETIRED], 'failed', EXPIRES);
  });

  test('an order that is not known at the opening is learnt from the cart', () => {
    check([cart(null, null), rendered(null), cartOf(2)], 'open', []);
    check([cart(null, null), rendered(null), cartOf(2), RETIRED], 'failed', EXPIRES);
  });

  test('a checkout that is still opening may change its order', () => {
    check([cart(1, 1), RETIRED, cartOf(2), rendered(2)], 'open', []);
  });

  test('it never ends a checkout that is paid or being confirmed', () => {
    check([cart(1, 1), RENDERED, PAID, RETIRED, cartOf(2)], 'paying', ['start_watchdog']);
    check([cart(1, 1), RETURNED, RETIRED, cartOf(2)], 'confirming', ['confirm']);
  });

  test('a payment that began before it still counts', () => {
    check([cart(1, 1), RENDERED, RETIRED, PAID], 'paying', [...EXPIRES, 'start_watchdog']);
    expect(run(cart(1, 1), RENDERED, RETIRED, COMPLETED).state.phase).toBe('done');
  });

  test('a completed cart has no expired checkout, whatever order it was bought by', () => {
    check([cartOf(2), rendered(2), COMPLETED, RETIRED], 'done', ['stop_watchdog', 'show_order']);
  });
});
