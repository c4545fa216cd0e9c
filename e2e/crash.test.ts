/** The real program killed in the middle of things: after a restart it goes on where it was. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cartClient, cartIn, isCompleted, isInSync, kustomOrderId, untilCart } from './harness/carts';
import { countAcknowledges, createEmulator, expectHeardOf } from './harness/emulator';
import { type KassaApart, startKassaApart } from './harness/kassa';

let kassa: KassaApart;

beforeEach(async () => {
  kassa = await startKassaApart();
});

afterEach(() => kassa?.stop());

test('a killed server loses no cart and no change that it has answered', async () => {
  const cartId = await cartInCheckout();
  const client = cartClient(kassa.url);
  const before = cartIn(await client.getCart(cartId));
  const item = before.items[0]?.cartItemId ?? '';
  // The change is answered and Kustom has not heard of it: it is to be told a second later.
  const changed = cartIn(await client.setQuantity(cartId, { cartItemId: item, quantity: 7 }));
  await kassa.killServer();
  expect(isInSync(changed)).toBe(false);

  await kassa.startServer();
  const synced = await untilCart(kassa.url, cartId, isInSync);
  expect(synced.items[0]?.quantity).toBe(7);
  expect(synced.fields?.kustomSyncHash).toBe(changed.fields?.kustomPendingHash);
  const order = await emulator().order(kustomOrderId(synced));
  expect(order.order_amount).toBe(Math.round(synced.orderTotal * 100));
});

test('a purchase made right before the server died becomes one order by the push', async () => {
  const cartId = await cartInCheckout();
  const orderId = kustomOrderId(cartIn(await cartClient(kassa.url).getCart(cartId)));
  // Kustom asks the server before it sells; then nobody is there any more.
  await emulator().pay(orderId, 'approved');
  await kassa.killServer();
  // Two pushes find nobody at home.
  await emulator().advanceClock(6 * 60);

  await kassa.startServer();
  await emulator().advanceClock(10 * 60);
  const bought = await untilCart(kassa.url, cartId, isCompleted);
  await expectHeardOf(emulator(), orderId, bought.orderNumber);
  expect(await countAcknowledges(emulator(), orderId)).toBe(1);
});

test('a server killed right after the order tells Kustom when it is back', async () => {
  const cartId = await cartInCheckout();
  const orderId = kustomOrderId(cartIn(await cartClient(kassa.url).getCart(cartId)));
  await emulator().pay(orderId, 'approved');
  const confirmed = await fetch(`${paymentUrl(cartId)}/confirm`, { method: 'POST' });
  await kassa.killServer();
  expect(await confirmed.json()).toEqual({ status: 'checkout_complete' });

  await kassa.startServer();
  const bought = cartIn(await cartClient(kassa.url).getCart(cartId));
  expect(isCompleted(bought)).toBe(true);
  await expectHeardOf(emulator(), orderId, bought.orderNumber);
});

function emulator() {
  return createEmulator(kassa.emulatorUrl);
}

function paymentUrl(cartId: string): string {
  return `${kassa.url}/ingress/commerce/carts/${cartId}/payment/kustom`;
}

async function cartInCheckout(): Promise<string> {
  const client = cartClient(kassa.url);
  const { cartId } = await client.createCart({ profileKey: 'se-webshop', locale: 'sv_SE' });
  cartIn(await client.addItem(cartId, { productNumber: 'BOOK-001', quantity: 1 }));
  const opened = await fetch(paymentUrl(cartId), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      termsUrl: 'http://localhost/terms',
      checkoutUrl: 'http://localhost/checkout',
      confirmationUrl: 'http://localhost/confirmation',
    }),
  });
  expect(opened.status).toBe(200);
  return cartId;
}
