import { createCartClient } from '@hantera/storefront-sdk/cart';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CheckoutClient } from './client.js';
import { cart, type FakeKustom, installKustom } from './testing/browser.js';
import { type FakeShop, openShop, settle } from './testing/shop.js';

let shop: FakeShop;
let kustom: FakeKustom;
let checkout: CheckoutClient;
let listener = () => {};

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('BroadcastChannel', undefined);
  shop = openShop();
  kustom = installKustom();
  const container = document.createElement('div');
  document.body.append(container);
  checkout = new CheckoutClient({
    baseUrl: 'http://shop.test',
    cartId: '1',
    urls: { termsUrl: 'a', checkoutUrl: 'b', confirmationUrl: 'c' },
    isBack: false,
    container,
    onState: () => listener(),
    carts: createCartClient({ baseUrl: 'http://shop.test' }),
  });
  checkout.start();
  await settle(100);
});
afterEach(() => {
  listener = () => {};
  checkout.stop();
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('it reads the cart by the published client, and hands that to a change', async () => {
  expect(shop.calls).toContain('');
  const change = checkout.change((carts) => carts.getCart('1'));
  await settle();
  expect(await change).toEqual(cart(undefined, 1));
  expect(kustom.calls).toEqual(['suspend', 'resume']);
});

test('a refusal, which the published client answers, is thrown', async () => {
  const refused = { errors: [{ code: 'INVALID_COUPON', message: 'No.' }] };
  const change = checkout.change(async () => refused);
  const thrown = expect(change).rejects.toMatchObject({ code: 'INVALID_COUPON' });
  await settle();
  await thrown;
  expect(checkout.state.phase).toBe('open');
});

test('a listener that throws is reported, and holds nothing up', async () => {
  const reported = vi.fn();
  vi.stubGlobal('reportError', reported);
  listener = () => {
    throw new Error('of the shop');
  };
  const change = checkout.change(async () => cart(2, 2));
  await settle(1);
  expect(await change).toEqual(cart(2, 2));
  expect([checkout.state.phase, checkout.state.locks]).toEqual(['open', 0]);
  expect(reported).toHaveBeenCalledWith(new Error('of the shop'));
});
