import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Checkout } from './checkout.js';
import { cart, FakeEventSource, type FakeKustom, installKustom } from './testing/browser.js';
import { type FakeShop, openShop, settle } from './testing/shop.js';
import type { CheckoutOptions } from './types.js';

const URLS = { termsUrl: 'a', checkoutUrl: 'b', confirmationUrl: 'c' };

let shop: FakeShop;
let kustom: FakeKustom;
let checkout: Checkout;
let told: string[];
let completed: string[];
let container: HTMLElement;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('BroadcastChannel', undefined);
  shop = openShop();
  kustom = installKustom();
});
afterEach(() => {
  checkout.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

const OPTIONS = { baseUrl: 'http://shop.test/', cartId: '1', urls: URLS, isBack: false };

function begin(isBack = false, more: Partial<CheckoutOptions> = {}): void {
  told = [];
  completed = [];
  container = document.createElement('div');
  document.body.append(container);
  checkout = new Checkout({
    ...OPTIONS,
    isBack,
    container,
    onProblem: ({ code }) => void told.push(code),
    onOption: ({ id }) => void told.push(`option ${id}`),
    onCompleted: ({ orderNumber }) => void completed.push(orderNumber),
    ...more,
  });
  checkout.start();
}

async function open(): Promise<void> {
  begin();
  await settle(100);
  expect(checkout.state.phase).toBe('open');
}

const COMPLETED = cart(1, 1, { cartState: 'completed', orderNumber: '1001' });

describe('the iframe', () => {
  test('is suspended without waking by itself, and resumed when Kustom has confirmed', async () => {
    await open();
    shop.publish(cart(2, 1));
    expect(kustom.calls).toEqual(['suspend']);
    shop.publish(cart(2, 2));
    expect(kustom.calls).toEqual(['suspend', 'resume']);
  });
  test('is left alone once the shopper pays', async () => {
    await open();
    kustom.fire('redirect_initiated', true);
    shop.publish(cart(2, 1));
    shop.publish(cart(2, 2));
    await settle(10);
    expect([checkout.state.phase, kustom.calls]).toEqual(['paying', []]);
  });
  test('tells of the chosen way to ship', async () => {
    await open();
    kustom.fire('shipping_option_change', { id: 'express' });
    expect(told).toEqual(['option express']);
  });
  test('that a blocker keeps away is a problem of its own, although the snippet has left its queue', async () => {
    shop.answers.kustom.body = { htmlSnippet: '<b>Kustom</b>' };
    begin();
    await settle(21_000);
    expect([checkout.state.phase, told]).toEqual(['failed', ['NO_IFRAME']]);
  });
  test('that was missed on a poor network opens all the same when it comes', async () => {
    shop.answers.kustom.body = { htmlSnippet: '<b>Kustom</b>' };
    begin();
    await settle(21_000);
    expect(checkout.state.phase).toBe('failed');
    shop.publish(cart(2, 1));
    container.append(document.createElement('iframe'));
    await settle(100);
    expect([checkout.state.phase, kustom.calls]).toEqual(['suspended', ['suspend']]);
    shop.publish(cart(2, 2));
    expect([checkout.state.phase, told]).toEqual(['open', ['NO_IFRAME']]);
  });
  test('of a shopper who pays before the cart could be read is left alone', async () => {
    begin(false, { readCart: () => new Promise(() => {}) });
    await settle(200);
    kustom.fire('redirect_initiated', true);
    shop.publish(cart(2, 1));
    await settle(10_000);
    expect([checkout.state.phase, kustom.calls]).toEqual(['paying', []]);
  });
  test('that loads slowly does not make the page forget what it has heard meanwhile', async () => {
    shop.answers.kustom.body = { htmlSnippet: '<b>Kustom</b>' };
    begin();
    await settle(1_000);
    shop.publish(cart(2, 1));
    container.append(document.createElement('iframe'));
    await settle(100);
    expect([checkout.state.phase, kustom.calls]).toEqual(['suspended', ['suspend']]);
    shop.publish(cart(2, 2));
    expect(checkout.state.phase).toBe('open');
  });
  test('of another checkout on the page is left alone, and this one opens when that is gone', async () => {
    const other = document.createElement('div');
    other.id = 'klarna-checkout-container';
    document.body.append(other);
    begin();
    await settle(100);
    expect([checkout.state.phase, told, container.children.length]).toEqual([
      'failed',
      ['SECOND_CHECKOUT'],
      0,
    ]);
    other.remove();
    checkout.retry();
    await settle(100);
    expect(checkout.state.phase).toBe('open');
  });
  test('is not put where Kustom would not find it', async () => {
    begin();
    container.remove();
    document.body.append(document.createElement('div'));
    document.body.lastElementChild?.attachShadow({ mode: 'open' }).append(container);
    await settle(100);
    expect([checkout.state.phase, told]).toEqual(['failed', ['NOT_IN_PAGE']]);
  });
});

describe('a change', () => {
  test('is made while the iframe is suspended, and over when Kustom has confirmed it', async () => {
    await open();
    let isOver = false;
    const change = checkout.update(async () => {
      expect(kustom.calls).toEqual(['suspend']);
      return cart(2, 1);
    });
    void change.then(() => {
      isOver = true;
    });
    await settle();
    expect(isOver).toBe(false);
    shop.publish(cart(2, 2));
    await settle();
    expect([isOver, kustom.calls]).toEqual([true, ['suspend', 'resume']]);
    expect(await change).toEqual(cart(2, 1));
  });
  test('whose answer comes after the news of its confirmation does not lock for ever', async () => {
    await open();
    const change = checkout.update(async () => {
      shop.publish(cart(2, 1));
      shop.publish(cart(2, 2));
      return cart(2, 1);
    });
    await settle();
    await change;
    expect(checkout.state.phase).toBe('open');
  });
  test('that answers something else is looked up', async () => {
    await open();
    const change = checkout.update(async () => {
      shop.cart = cart(2, 2);
      return { errors: [] };
    });
    await settle();
    expect(await change).toEqual({ errors: [] });
    expect(kustom.calls).toEqual(['suspend', 'resume']);
  });
  test('that throws is unlocked and thrown on', async () => {
    await open();
    const change = checkout.update(() => Promise.reject(new Error('offline')));
    await expect(change).rejects.toThrow('offline');
    expect([checkout.state.phase, kustom.calls]).toEqual(['open', ['suspend', 'resume']]);
  });
  test('with an unknown outcome and no way to look stays locked until the cart is heard of', async () => {
    await open();
    shop.isReachable = false;
    await expect(checkout.update(() => Promise.reject(new Error('offline')))).rejects.toThrow();
    expect(checkout.state.phase).toBe('suspended');
    shop.publish(cart(undefined, 1));
    expect(checkout.state.phase).toBe('open');
  });
  test('is refused while the cart is paid for and afterwards', async () => {
    await open();
    kustom.fire('redirect_initiated');
    const change = vi.fn(async () => {});
    await expect(checkout.update(change)).rejects.toMatchObject({ code: 'PAYING' });
    shop.publish(COMPLETED);
    await expect(checkout.update(change)).rejects.toMatchObject({ code: 'CART_NOT_OPEN' });
    expect(change).not.toHaveBeenCalled();
  });
  test('that empties the cart is over, although the iframe stays suspended', async () => {
    await open();
    await checkout.update(async () => cart(2, 2, { items: [] }));
    expect([checkout.state.phase, kustom.calls]).toEqual(['suspended', ['suspend']]);
  });
});

describe('an update that does not arrive', () => {
  test('is looked for, then told of, then tried again by the server', async () => {
    await open();
    shop.publish(cart(2, 1));
    shop.calls.length = 0;
    await settle(6_000);
    expect(shop.calls).toEqual(['']);
    await settle(14_000);
    expect(told).toEqual(['OVERDUE']);
    shop.cart = cart(2, 2);
    shop.calls.length = 0;
    checkout.retry();
    await settle();
    expect([checkout.state.phase, shop.calls]).toEqual(['open', ['/payment/kustom', '']]);
  });
  test('because the stream has died is found by looking', async () => {
    await open();
    shop.publish(cart(2, 1));
    shop.cart = cart(2, 2);
    await settle(6_000);
    expect([checkout.state.phase, told]).toEqual(['open', []]);
  });
});

describe('the way back', () => {
  test('opens nothing and asks until the order is there', async () => {
    begin(true);
    await settle();
    shop.answers.confirm.body = { status: 'checkout_complete' };
    shop.cart = COMPLETED;
    await settle(1_000);
    expect([checkout.state.phase, completed]).toEqual(['done', ['1001']]);
    expect(shop.calls).toEqual(['/payment/kustom/confirm', '/payment/kustom/confirm', '']);
    expect(FakeEventSource.open).toEqual([]);
  });
  test('ends by the stream, even after the asking has stopped', async () => {
    begin(true);
    await settle(700_000);
    const { length } = shop.calls;
    await settle(100_000);
    expect([checkout.state.note, shop.calls.length]).toEqual(['slow', length]);
    shop.publish(COMPLETED);
    expect([checkout.state.phase, completed]).toEqual(['done', ['1001']]);
  });
  test('of a declined payment leads to the checkout', async () => {
    shop.answers.confirm.body = { status: 'checkout_incomplete', reason: 'declined' };
    begin(true);
    await settle();
    expect(checkout.state.problem).toEqual({ code: 'DECLINED', wayOut: 'checkout' });
  });
});

test('a payment without a redirect is asked about in place', async () => {
  await open();
  kustom.fire('redirect_initiated');
  shop.answers.confirm.body = { status: 'checkout_complete' };
  await settle(19_000);
  shop.cart = COMPLETED;
  await settle(1_000);
  expect([checkout.state.phase, completed]).toEqual(['done', ['1001']]);
});

test('a cart that was ordered in another tab is done here, however the opening ended', async () => {
  shop.cart = COMPLETED;
  shop.answers.kustom = { status: 409, body: { error: { code: 'CART_NOT_OPEN', message: 'No.' } } };
  begin();
  await settle();
  expect([checkout.state.phase, completed]).toEqual(['done', ['1001']]);
});

test('after waking, the stream is renewed and the cart read', async () => {
  await open();
  shop.cart = cart(2, 2);
  dispatchEvent(new Event('online'));
  await settle(1);
  expect(FakeEventSource.opened.length).toBe(2);
  expect(kustom.calls).toEqual(['suspend', 'resume']);
});

test('a checkout that is stopped while it opens says nothing more', async () => {
  const heard: string[] = [];
  let answer = (_: unknown) => {};
  begin(false, {
    readCart: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
    onCart: () => void heard.push('cart'),
    onState: () => void heard.push('state'),
  });
  await settle();
  expect(container.children.length).toBe(1);
  checkout.stop();
  answer(cart(2, 2));
  await settle(30_000);
  expect([heard, kustom.calls]).toEqual([[], []]);
});

test('an update whose checkout is stopped hands on what was answered, and waits for nobody', async () => {
  await open();
  const change = checkout.update(async () => cart(2, 1));
  await settle();
  checkout.stop();
  expect(await change).toEqual(cart(2, 1));
});

test('an update that never ends leaves a way out, and is not waited for when the cart is sold', async () => {
  await open();
  void checkout.update(() => new Promise(() => {}));
  await settle(20_000);
  expect([checkout.state.isOverdue, told]).toEqual([true, ['OVERDUE']]);
  shop.publish(COMPLETED);
  expect([checkout.state.phase, completed]).toEqual(['done', ['1001']]);
});

test('several updates at once are all over when Kustom has confirmed the last', async () => {
  await open();
  const over: string[] = [];
  for (const [name, revision] of Object.entries({ first: 2, second: 3, third: 4 })) {
    void checkout.update(async () => cart(revision, 1)).then(() => over.push(name));
  }
  await settle();
  shop.publish(cart(4, 2));
  await settle();
  expect([over, checkout.state.phase]).toEqual([[], 'suspended']);
  shop.publish(cart(4, 4));
  await settle();
  expect([over, kustom.calls]).toEqual([
    ['first', 'second', 'third'],
    ['suspend', 'resume'],
  ]);
});

test('nothing is left behind: no timer, no stream', async () => {
  await open();
  checkout.stop();
  await settle(20_000);
  expect([vi.getTimerCount(), FakeEventSource.open]).toEqual([0, []]);
});

test('a stopped checkout hears and does nothing', async () => {
  await open();
  checkout.stop();
  kustom.fire('redirect_initiated');
  expect(FakeEventSource.open).toEqual([]);
  expect(checkout.state.phase).toBe('open');
});
