import { describe, expect, test } from 'vitest';
import {
  type CartNews,
  type CheckoutEvent,
  type CheckoutState,
  type Effect,
  initialState,
  type Phase,
} from './state.js';
import { step } from './table.js';

const LOCK: CheckoutEvent = { type: 'lock' };
const UNLOCK: CheckoutEvent = { type: 'unlock', isKnown: true };
const TICK: CheckoutEvent = { type: 'tick' };
const PAID: CheckoutEvent = { type: 'redirect_initiated' };
const RETURNED: CheckoutEvent = { type: 'returned' };
const RESTORED: CheckoutEvent = { type: 'restored' };
const WATCHDOG: CheckoutEvent = { type: 'watchdog' };
const RETRY: CheckoutEvent = { type: 'retry' };

function news(wanted: number | null, held: number | null, more: Partial<CartNews> = {}): CartNews {
  const hash = (value: number | null) => (value === null ? undefined : `hash-${value}`);
  const order = held === null ? undefined : 'order-1';
  return { order, wanted: hash(wanted), held: hash(held), isEmpty: false, isCompleted: false, ...more };
}

function cart(wanted: number | null, held: number | null, more: Partial<CartNews> = {}): CheckoutEvent {
  return { type: 'cart', news: news(wanted, held, more), isCertain: false };
}

function certain(wanted: number | null, held: number | null): CheckoutEvent {
  return { type: 'cart', news: news(wanted, held), isCertain: true };
}

function rendered(wanted: number | null, held: number | null): CheckoutEvent {
  return { type: 'rendered', news: news(wanted, held), isCertain: true };
}

const OPEN = rendered(null, 1);
const COMPLETED = cart(1, 1, { isCompleted: true });

function run(events: readonly CheckoutEvent[]): { state: CheckoutState; effects: Effect[] } {
  const effects: Effect[] = [];
  let state = initialState;
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    effects.push(...next.effects);
  }
  return { state, effects };
}

function check(events: readonly CheckoutEvent[], phase: Phase, effects: string): CheckoutState {
  const result = run(events);
  expect([result.state.phase, result.effects.join(' ')]).toEqual([phase, effects]);
  return result.state;
}

describe('an iframe that follows the cart', () => {
  test('a first order opens and is left alone', () => {
    check([cart(null, null), OPEN, cart(null, 1), cart(1, 1)], 'open', '');
  });
  test('a change suspends at once and resumes when Kustom holds it', () => {
    check([OPEN, cart(2, 1)], 'suspended', 'suspend start_watchdog');
    check([OPEN, cart(2, 1), cart(2, 2)], 'open', 'suspend start_watchdog stop_watchdog resume');
  });
  test('an older revision that Kustom confirms does not resume a newer one', () => {
    check([OPEN, cart(2, 1), cart(3, 1), cart(3, 2)], 'suspended', 'suspend start_watchdog start_watchdog');
  });
  test('an update that fitted between two events is read by suspending and resuming', () => {
    check([OPEN, cart(2, 2), TICK], 'open', 'suspend start_watchdog tick stop_watchdog resume');
  });
  test('an update between two events does not resume once the shopper pays', () => {
    check([OPEN, cart(2, 2), PAID, TICK], 'paying', 'suspend start_watchdog tick start_watchdog');
  });
  test('a cart that Kustom is behind opens suspended', () => {
    check([rendered(2, 1)], 'suspended', 'suspend start_watchdog');
  });
  test('an update that arrives before the iframe is there is read by it', () => {
    const meanwhile: CheckoutEvent = { type: 'rendered', news: news(null, 1), isCertain: false };
    check([cart(2, 2), meanwhile, TICK], 'open', 'suspend start_watchdog tick stop_watchdog resume');
  });
  test('an emptied cart is held back until something is in it', () => {
    const emptied = cart(2, 2, { isEmpty: true });
    check([OPEN, emptied], 'suspended', 'suspend start_watchdog');
    check(
      [OPEN, emptied, cart(3, 2), cart(3, 3)],
      'open',
      'suspend start_watchdog start_watchdog stop_watchdog resume',
    );
  });
});

describe('an iframe that came while the cart was changing', () => {
  const unread: CheckoutEvent = { type: 'rendered', news: undefined, isCertain: false };
  const slowlyRead: CheckoutEvent = { type: 'rendered', news: news(1, 1), isCertain: false };
  test('shows what it was read with, and reads anew what was heard of since', () => {
    check([cart(2, 2), slowlyRead], 'suspended', 'suspend start_watchdog tick');
    check([cart(2, 2), slowlyRead, TICK], 'open', 'suspend start_watchdog tick stop_watchdog resume');
  });
  test('shows what was known, where the cart could not be read', () => {
    check([cart(1, 1), unread], 'open', '');
    check([cart(1, 1), unread, cart(2, 2)], 'suspended', 'suspend start_watchdog tick');
  });
});

describe('old news that arrive late', () => {
  test('an answer from before the confirmation does not suspend, but is a reason to ask', () => {
    check(
      [OPEN, cart(2, 1), cart(2, 2), cart(2, 1)],
      'open',
      'suspend start_watchdog stop_watchdog resume refresh',
    );
  });
  test('an event from before a change does not resume it', () => {
    check([rendered(1, 1), cart(2, 1), cart(1, 1)], 'suspended', 'suspend start_watchdog refresh');
  });
  test('what was asked for afterwards is believed', () => {
    check([rendered(1, 1), cart(2, 1), certain(1, 1)], 'open', 'suspend start_watchdog stop_watchdog resume');
  });
  test('a cart without its first order does not look like one that has lost it', () => {
    check([cart(null, null), OPEN, cart(null, null)], 'open', 'refresh');
  });
});

describe('a change by the page itself', () => {
  test('suspends before the change and resumes after the confirmed revision', () => {
    check([OPEN, LOCK], 'suspended', 'suspend start_watchdog');
    check([OPEN, LOCK, cart(2, 1), UNLOCK], 'suspended', 'suspend start_watchdog start_watchdog');
    check([OPEN, LOCK, cart(2, 1), cart(2, 2)], 'suspended', 'suspend start_watchdog start_watchdog');
    check(
      [OPEN, LOCK, cart(2, 1), UNLOCK, cart(2, 2)],
      'open',
      'suspend start_watchdog start_watchdog stop_watchdog resume',
    );
  });
  test('that Kustom need not hear of resumes at once', () => {
    check([OPEN, LOCK, cart(null, 1), UNLOCK], 'open', 'suspend start_watchdog stop_watchdog resume');
  });
  test('two at a time resume after the second', () => {
    check([OPEN, LOCK, LOCK, UNLOCK], 'suspended', 'suspend start_watchdog');
  });
  test('with an unknown outcome waits for the next cart', () => {
    const lost: CheckoutEvent = { type: 'unlock', isKnown: false };
    check([OPEN, LOCK, lost], 'suspended', 'suspend start_watchdog');
    check([OPEN, LOCK, lost, cart(null, 1)], 'open', 'suspend start_watchdog stop_watchdog resume');
  });
  test('ends wherever the checkout has come to meanwhile', () => {
    const failed: CheckoutEvent = { type: 'open_failed', problem: { code: 'X', wayOut: 'open' } };
    for (const before of [[LOCK], [LOCK, failed], [failed, LOCK], [OPEN, LOCK, PAID], [LOCK, RETURNED]]) {
      expect(run([...before, UNLOCK]).state.locks).toBe(0);
    }
    check([LOCK, UNLOCK, OPEN], 'open', '');
    check([failed, LOCK, UNLOCK, RETRY, OPEN], 'open', 'stop_watchdog open');
  });
  test('during the opening holds the new iframe back', () => {
    check([LOCK, OPEN, UNLOCK], 'open', 'suspend start_watchdog stop_watchdog resume');
  });
});

describe('paying', () => {
  test('nothing that the cart does touches the iframe', () => {
    check([OPEN, PAID, cart(2, 1), cart(2, 2), cart(5, 5, { order: 'order-2' })], 'paying', 'start_watchdog');
  });
  test('by a shopper who is faster than the reading of the cart counts', () => {
    check([PAID, OPEN, cart(2, 1)], 'paying', 'start_watchdog');
    const lost: CheckoutEvent = { type: 'confirm_failed', problem: { code: 'X', wayOut: 'open' } };
    check([PAID, WATCHDOG, lost, OPEN, RETRY], 'failed', 'start_watchdog confirm stop_watchdog reload');
  });
  test('the newest cart is known all the same, now and while confirming', () => {
    for (const before of [
      [OPEN, PAID],
      [OPEN, PAID, WATCHDOG],
    ]) {
      const { state } = run([...before, cart(2, 2), cart(null, 1), cart(3, 2)]);
      expect(state.news).toEqual(news(3, 2));
      expect(state.passed).toContain('wanted hash-2');
    }
  });
  test('from a suspended iframe leaves it suspended', () => {
    check([OPEN, cart(2, 1), PAID, cart(2, 2)], 'paying', 'suspend start_watchdog start_watchdog');
  });
  test('without a redirect asks what became of the payment', () => {
    check([OPEN, PAID, WATCHDOG], 'confirming', 'start_watchdog confirm');
  });
  test('and a page restored by the back button asks as well', () => {
    check([OPEN, PAID, RESTORED], 'confirming', 'start_watchdog stop_watchdog confirm');
  });
});

describe('confirming', () => {
  test('begins on the way back and ends with the order, however late', () => {
    check([RETURNED, { type: 'confirm_noted', note: 'slow' }, COMPLETED], 'done', 'confirm stop_watchdog');
  });
  test('says when it takes long', () => {
    expect(check([RETURNED, { type: 'confirm_noted', note: 'slow' }], 'confirming', 'confirm').note).toBe(
      'slow',
    );
  });
  test('a declined payment leads back to the checkout', () => {
    const declined: CheckoutEvent = {
      type: 'confirm_failed',
      problem: { code: 'DECLINED', wayOut: 'checkout' },
    };
    check([RETURNED, declined, RETRY], 'failed', 'confirm stop_watchdog go_to_checkout');
  });
  test('what has failed may be asked again', () => {
    const failed: CheckoutEvent = { type: 'confirm_failed', problem: { code: 'X', wayOut: 'confirm' } };
    check([RETURNED, failed, RETRY], 'confirming', 'confirm stop_watchdog confirm');
  });
});

describe('ways out', () => {
  const failed: CheckoutEvent = { type: 'open_failed', problem: { code: 'UNREACHABLE', wayOut: 'open' } };
  const empty: CheckoutEvent = { type: 'open_failed', problem: { code: 'EMPTY_CART', wayOut: 'open' } };

  test('a checkout that did not open can be opened again', () => {
    check([failed, RETRY, OPEN], 'open', 'stop_watchdog open');
  });
  test('an empty cart opens as soon as something is in it', () => {
    check([empty, cart(null, null)], 'failed', 'stop_watchdog');
    check([empty, cart(null, null, { isEmpty: true }), certain(null, null)], 'loading', 'stop_watchdog open');
  });
  test('an iframe that was missed and has come after all opens as any other', () => {
    const missed: CheckoutEvent = { type: 'open_failed', problem: { code: 'NO_IFRAME', wayOut: 'reload' } };
    check([missed, OPEN], 'open', 'stop_watchdog');
    const late: CheckoutEvent = { type: 'rendered', news: news(1, 1), isCertain: false };
    check([missed, cart(2, 1), late], 'suspended', 'stop_watchdog suspend start_watchdog');
    check([missed, LOCK, OPEN], 'suspended', 'stop_watchdog suspend start_watchdog');
  });
  test('an order that Kustom has forgotten is over, and a new page opens a new one', () => {
    const lost = cart(5, 5, { order: 'order-2' });
    check([OPEN, lost, RETRY], 'failed', 'stop_watchdog suspend reload');
    check([OPEN, cart(2, 1), lost], 'failed', 'suspend start_watchdog stop_watchdog');
  });
  test('a page whose iframe is there already is loaded anew instead of opened again', () => {
    const lost: CheckoutEvent = { type: 'confirm_failed', problem: { code: 'X', wayOut: 'open' } };
    check([OPEN, PAID, WATCHDOG, lost, RETRY], 'failed', 'start_watchdog confirm stop_watchdog reload');
  });
  test('an order is known to be lost also when the cart could not be read as the iframe came', () => {
    const unread: CheckoutEvent = { type: 'rendered', news: undefined, isCertain: false };
    const lost = cart(5, 5, { order: 'order-2' });
    check([cart(1, 1), unread, lost], 'failed', 'stop_watchdog suspend');
  });
  test('a payment that began before the order was lost still counts', () => {
    check([OPEN, cart(5, 5, { order: 'order-2' }), PAID], 'paying', 'stop_watchdog suspend start_watchdog');
  });
  test('an update that takes too long is offered to be tried again, and may still arrive', () => {
    const overdue = check([OPEN, cart(2, 1), WATCHDOG], 'suspended', 'suspend start_watchdog refresh');
    expect(overdue.isOverdue).toBe(true);
    check(
      [OPEN, cart(2, 1), WATCHDOG, RETRY],
      'suspended',
      'suspend start_watchdog refresh reopen start_watchdog',
    );
    check(
      [OPEN, cart(2, 1), WATCHDOG, cart(2, 2)],
      'open',
      'suspend start_watchdog refresh stop_watchdog resume',
    );
  });
  test('a change of the page that hangs is left by a new page', () => {
    check([OPEN, LOCK, WATCHDOG, RETRY], 'suspended', 'suspend start_watchdog refresh reload');
  });
  test('the order ends everything', () => {
    for (const before of [[], [OPEN], [OPEN, LOCK], [OPEN, PAID], [RETURNED], [failed]]) {
      expect(run([...before, COMPLETED]).state.phase).toBe('done');
    }
    check([COMPLETED, OPEN, PAID, cart(2, 1), RETRY, RETURNED], 'done', 'stop_watchdog');
  });
});

test('what was said of one phase is not said of the next', () => {
  const slow: CheckoutEvent = { type: 'confirm_noted', note: 'slow' };
  const failed: CheckoutEvent = { type: 'confirm_failed', problem: { code: 'X', wayOut: 'confirm' } };
  const { isOverdue } = run([OPEN, cart(2, 1), WATCHDOG, cart(2, 2)]).state;
  const { note } = run([RETURNED, slow, failed]).state;
  const { problem } = run([RETURNED, failed, RETRY]).state;
  expect({ isOverdue, note, problem }).toEqual({ isOverdue: false, note: undefined, problem: undefined });
});
