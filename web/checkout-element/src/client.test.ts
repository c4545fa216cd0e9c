import { createCartClient } from '@hantera/storefront-sdk/cart';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CheckoutClient } from './client.js';
import { cart, type FakeKustom, installKustom } from './testing/browser.js';
import { type FakeShop, openShop, settle } from './testing/shop.js';

let shop: FakeShop;
let kustom: FakeKustom;
let checkout: CheckoutClient;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('BroadcastChannel', undefined);
  shop = openShop();
  kustom = installKustom();
  checkout = new CheckoutClient({
    baseUrl: 'http://shop.test',
    cartId: '1',
    urls: { termsUrl: 'a', checkoutUrl: 'b', confirmationUrl: 'c' },
    isBack: false,
    container: document.createElement('div'),
    carts: createCartClient({ baseUrl: 'http://shop.test' }),
  });
  checkout.start();
  await settle(100);
});
afterEach(() => {
  checkout.stop();
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
