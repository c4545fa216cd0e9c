/** Every method of the published client against the real binary, from Node, without a browser. */
import { createOrdersClient, isOrderLookupError } from '@hantera/storefront-sdk/orders';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  cartClient,
  cartIn,
  errorCodeIn,
  isCompleted,
  isInSync,
  kustomOrderId,
  untilCart,
} from './harness/carts';
import { countAcknowledges, createEmulator, expectHeardOf } from './harness/emulator';
import { type Kassa, startKassa } from './harness/kassa';

let kassa: Kassa;
const client = () => cartClient(kassa.url);
const orders = () => createOrdersClient({ baseUrl: kassa.url });
const emulator = () => createEmulator(kassa.emulatorUrl);

beforeAll(async () => {
  kassa = await startKassa();
});
afterAll(() => kassa?.stop());

async function cartWith(productNumber: string, quantity = 1) {
  const { cartId } = await client().createCart({ profileKey: 'se-webshop', locale: 'sv_SE' });
  return cartIn(await client().addItem(cartId, { productNumber, quantity }));
}

describe('a cart', () => {
  test('the demo profiles are listed as objects', async () => {
    const profiles = await client().getCartProfiles();
    expect(profiles.map(({ profileKey }) => profileKey)).toEqual(
      expect.arrayContaining(['se-webshop', 'no-webshop', 'de-webshop', 'se-b2b']),
    );
    const german = profiles.find(({ profileKey }) => profileKey === 'de-webshop');
    expect(german).toMatchObject({ currencyCode: 'EUR', taxIncluded: true, defaultCountryCode: 'DE' });
    expect(german?.allowedCountries).toEqual(expect.arrayContaining(['DE', 'AT']));
  });

  test('it is created empty, in the profile’s currency', async () => {
    const { cartId } = await client().createCart({
      profileKey: 'de-webshop',
      locale: 'de-DE',
      countryCode: 'AT',
    });
    const cart = cartIn(await client().getCart(cartId));
    expect(cart).toMatchObject({
      cartId,
      cartState: 'open',
      orderNumber: '',
      currencyCode: 'EUR',
      items: [],
    });
    expect(cart).toMatchObject({
      profileKey: 'de-webshop',
      taxIncluded: true,
      orderTotal: 0,
      promotions: [],
    });
  });

  test('items are added, changed and removed, and the server does the sums', async () => {
    const added = await cartWith('SH005-BLK-10', 2);
    expect(added.items).toMatchObject([
      { quantity: 2, unitPrice: 1299, total: 2598, tax: 519.6, discount: 0 },
    ]);
    expect(added.productTotal).toBe(2598);
    expect(added.orderTotal).toBe(added.productTotal + added.shippingTotal);

    const cartItemId = added.items[0]?.cartItemId ?? '';
    const changed = cartIn(await client().setQuantity(added.cartId, { cartItemId, quantity: 3 }));
    expect(changed.productTotal).toBe(3897);

    const removed = cartIn(await client().removeItem(added.cartId, { cartItemId }));
    expect(removed.items).toEqual([]);
    expect(removed.orderTotal).toBe(0);
  });

  test('with tax excluded the totals are before tax', async () => {
    const { cartId } = await client().createCart({ profileKey: 'se-b2b', locale: 'sv_SE' });
    const cart = cartIn(await client().addItem(cartId, { productNumber: 'SH005-BLK-10', quantity: 1 }));
    expect(cart).toMatchObject({ taxIncluded: false, productTotal: 1039.2 });
    expect(cart.items[0]).toMatchObject({ total: 1039.2, tax: 259.8 });
  });

  test('an address replaces the one before, and an invoice recipient can be unset', async () => {
    const { cartId } = await cartWith('BOOK-001');
    const address = {
      name: 'Ada Berg',
      addressLine1: 'Gatan 1',
      postalCode: '111 22',
      city: 'Stockholm',
      countryCode: 'SE',
    };
    const invoiceRecipient = { name: 'Berg AB', countryCode: 'SE', taxId: 'SE556677889901' };
    const both = cartIn(await client().setAddress(cartId, { address, invoiceRecipient }));
    expect(both).toMatchObject({ address, invoiceRecipient });

    const partial = cartIn(await client().setAddress(cartId, { address: { countryCode: 'SE' } }));
    expect(partial.address?.name).toBeUndefined();
    expect(partial.invoiceRecipient).toMatchObject(invoiceRecipient);

    const unset = cartIn(await client().setAddress(cartId, { invoiceRecipient: 'unset' }));
    expect(unset.invoiceRecipient ?? undefined).toBeUndefined();
    expect(unset.address).toMatchObject({ countryCode: 'SE' });
  });

  test('e-mail, phone and fields are kept and fields can be deleted', async () => {
    const { cartId } = await cartWith('BOOK-001');
    const key = 'tracking:gaSessionId:G-A b/c';
    expect(cartIn(await client().setEmail(cartId, 'ada@example.test')).email).toBe('ada@example.test');
    expect(cartIn(await client().setPhone(cartId, '+46701234567')).phone).toBe('+46701234567');
    const set = cartIn(await client().setField(cartId, key, { value: { nested: [1, true] } }));
    expect(set.fields?.[key]).toEqual({ nested: [1, true] });
    const deleted = cartIn(await client().deleteField(cartId, key));
    expect(deleted.fields ?? {}).not.toHaveProperty(key);
  });

  test('coupons are entered in any case, shown, waited for and removed', async () => {
    const cart = await cartWith('BOOK-001');
    const shipping = { description: 'Standard delivery', calculatedTotal: 0, messageType: 'progress' };
    expect(cart.promotions).toMatchObject([shipping]);
    const entered = cartIn(await client().addCoupon(cart.cartId, ' summer2026 '));
    expect(entered).toMatchObject({ coupons: ['SUMMER2026'], invalidCoupons: [], productTotal: 224.1 });
    expect(entered.items).toMatchObject([{ unitPrice: 249, discount: 24.9, total: 224.1, tax: 12.68 }]);
    expect(entered.promotions[0]).toEqual({ description: expect.any(String), calculatedTotal: 24.9 });
    const free = cartIn(await client().addCoupon(cart.cartId, 'FREESHIP'));
    expect(free).toMatchObject({ shippingTotal: 0, shippingDiscount: 49, shippingTax: 0, orderTotal: 224.1 });
    const fixed = cartIn(await client().addCoupon(cart.cartId, 'WELCOME50'));
    expect(fixed).toMatchObject({ coupons: ['SUMMER2026', 'FREESHIP', 'WELCOME50'], productTotal: 174.1 });
    for (const code of ['SUMMER2026', 'FREESHIP', 'WELCOME50']) {
      await client().removeCoupon(cart.cartId, code);
    }
    expect(cartIn(await client().getCart(cart.cartId))).toEqual(cart);
    expect(errorCodeIn(await client().addCoupon(cart.cartId, 'NOBODY'))).toBe('COUPON_NOT_FOUND');
    expect(errorCodeIn(await client().addCoupon(cart.cartId, 'NO BODY'))).toBe('INVALID_COUPON');
  });

  test('a demo payment completes a cart without Kustom', async () => {
    const cart = await cartWith('GIFT-100');
    const response = await fetch(`${kassa.url}/ingress/commerce/carts/${cart.cartId}/payment/demo`, {
      method: 'POST',
    });
    expect(await response.json()).toEqual({ status: 'completed' });
    const completed = cartIn(await client().getCart(cart.cartId));
    expect(completed).toMatchObject({
      cartState: 'completed',
      payments: [{ provider: 'demo', amount: 149 }],
    });
  });

  test('events begin with the whole cart and follow each change', async () => {
    const cart = await cartWith('FOOD-001');
    const cartItemId = cart.items[0]?.cartItemId ?? '';
    const seen: string[] = [];
    const observer = client();
    await new Promise<void>((resolve, reject) => {
      const source = observer.subscribeToCartEvents(cart.cartId, {
        onInit: (first) => {
          seen.push(`init ${first.items[0]?.quantity}`);
          // Another client's change: what arrives can only have come by the stream.
          void client().setQuantity(cart.cartId, { cartItemId, quantity: 4 }).catch(reject);
        },
        onUpdate: (newer) => {
          seen.push(`updated ${newer.items[0]?.quantity}`);
          source.close();
          resolve();
        },
      });
    });
    expect(seen).toEqual(['init 1', 'updated 4']);
  });
});

describe('a refusal', () => {
  test('every cart error has the shape that the client recognises', async () => {
    const { cartId } = await cartWith('BOOK-001');
    const nobody = '00000000-0000-4000-8000-000000000000';
    const cases: [string, unknown][] = [
      ['NOT_FOUND', await client().getCart(nobody)],
      ['NOT_FOUND', await client().getCart('not-a-cart')],
      ['INVALID_PROFILE', await client().createCart({ profileKey: 'nowhere', locale: 'sv_SE' })],
      ['PRODUCT_NOT_FOUND', await client().addItem(cartId, { productNumber: 'NOTHING', quantity: 1 })],
      ['INVALID_QUANTITY', await client().addItem(cartId, { productNumber: 'BOOK-001', quantity: 0 })],
      ['CART_ITEM_NOT_FOUND', await client().removeItem(cartId, { cartItemId: nobody })],
      ['CART_ITEM_NOT_FOUND', await client().setQuantity(cartId, { cartItemId: nobody, quantity: 1 })],
      ['INVALID_EMAIL', await client().setEmail(cartId, 'nobody')],
      ['COUNTRY_NOT_ALLOWED', await client().setAddress(cartId, { address: { countryCode: 'US' } })],
      ['RESERVED_FIELD', await client().setField(cartId, 'kustomOrderId', { value: 'mine' })],
    ];
    expect(cases.map(([, answer]) => errorCodeIn(answer))).toEqual(cases.map(([code]) => code));
  });

  test('cancelling without an order and looking up what is not there', async () => {
    const { cartId } = await cartWith('BOOK-001');
    expect(errorCodeIn(await client().cancelOrder(cartId))).toBe('NO_ORDER');
    for (const [reference, code] of [
      ['999999', 'ORDER_NOT_FOUND'],
      [' ', 'INVALID_REQUEST'],
    ] as const) {
      const lookup = await orders().lookup({ reference, email: 'a@example.test' });
      expect(isOrderLookupError(lookup) && lookup.error.code).toBe(code);
    }
  });

  test('a payment for an empty cart is refused with a message', async () => {
    const { cartId } = await client().createCart({ profileKey: 'se-webshop', locale: 'sv_SE' });
    expect(await postPayment(cartId, '', merchantUrls(cartId))).toMatchObject({
      error: { code: 'EMPTY_CART', message: expect.any(String) },
    });
    expect(await postPayment(cartId, '/confirm')).toMatchObject({ error: { code: 'NO_KUSTOM_ORDER' } });
  });
});

describe('a purchase by API', () => {
  test('a change after init is pending at once and in sync later', async () => {
    const cart = await cartWith('SH006-WHT-09');
    await postPayment(cart.cartId, '', merchantUrls(cart.cartId));
    const before = cartIn(await client().getCart(cart.cartId));
    expect(before.fields?.kustomSyncHash).toEqual(expect.any(String));

    const cartItemId = cart.items[0]?.cartItemId ?? '';
    const changed = cartIn(await client().setQuantity(cart.cartId, { cartItemId, quantity: 2 }));
    const pending = changed.fields?.kustomPendingHash;
    expect(pending).toEqual(expect.any(String));
    expect(pending).not.toBe(before.fields?.kustomSyncHash);

    const synced = await untilCart(kassa.url, cart.cartId, (one) => one.fields?.kustomSyncHash === pending);
    expect(isInSync(synced)).toBe(true);
    expect(kustomOrderId(synced)).toBe(kustomOrderId(before));
  });

  test('init, payment and confirm complete the cart, and the stream tells', async () => {
    const cart = await cartWith('SH005-BLK-10');
    const { htmlSnippet } = await postPayment(cart.cartId, '', merchantUrls(cart.cartId));
    expect(htmlSnippet).toContain('klarna-checkout-container');
    const orderId = kustomOrderId(cartIn(await client().getCart(cart.cartId)));
    expect(await postPayment(cart.cartId, '/confirm')).toEqual({ status: 'checkout_incomplete' });

    const completed = untilCart(kassa.url, cart.cartId, isCompleted);
    await emulator().pay(orderId, 'approved');
    expect(await postPayment(cart.cartId, '/confirm')).toEqual({ status: 'checkout_complete' });

    const bought = await completed;
    expect(bought.orderNumber).not.toBe('');
    expect(bought.email).toEqual(expect.stringContaining('@'));
    expect(bought.address?.countryCode).toBe('SE');
    expect(await postPayment(cart.cartId, '/confirm')).toEqual({ status: 'checkout_complete' });
    await expectHeardOf(emulator(), orderId, bought.orderNumber);
    expect(await countAcknowledges(emulator(), orderId)).toBe(1);
    expect(errorCodeIn(await client().setEmail(cart.cartId, 'late@example.test'))).toBe('CART_NOT_OPEN');
  });
});

describe('an order', () => {
  async function bought() {
    const cart = await cartWith('SH005-BLK-10', 2);
    await client().setField(cart.cartId, 'gift', { value: true });
    await postPayment(cart.cartId, '', merchantUrls(cart.cartId));
    const orderId = kustomOrderId(cartIn(await client().getCart(cart.cartId)));
    await emulator().pay(orderId, 'approved');
    await postPayment(cart.cartId, '/confirm');
    return { orderId, cart: await read(cart.cartId) };
  }

  test('it is looked up by each of its numbers, and every field is the order’s', async () => {
    const { orderId, cart } = await bought();
    const email = String(cart.email);
    const { cartItemId, ...item } = cart.items[0] as unknown as Record<string, unknown>;
    expect(cartItemId).toEqual(expect.any(String));
    const expected = {
      cartNumber: cart.cartNumber,
      cartState: 'completed',
      profileKey: 'se-webshop',
      orderId: cart.orderId,
      orderNumber: cart.orderNumber,
      orderState: 'confirmed',
      channelKey: cart.channelKey,
      currencyCode: 'SEK',
      taxIncluded: true,
      locale: 'sv_SE',
      email,
      phone: cart.phone,
      address: { ...cart.address, email, phone: cart.phone },
      items: [{ ...item, quantity: 2, reservedQuantity: 0, deliveryNumber: `D${cart.orderNumber}` }],
      productTotal: 2598,
      shippingTotal: cart.shippingTotal,
      shippingDiscount: cart.shippingDiscount,
      shippingTax: cart.shippingTax,
      orderTotal: cart.orderTotal,
      orderTaxTotal: cart.orderTaxTotal,
      coupons: [],
      invalidCoupons: [],
      promotions: cart.promotions,
      payments: [{ provider: 'kustom', reference: orderId, amount: cart.orderTotal }],
      fields: { gift: true },
    };
    for (const reference of [cart.orderNumber, cart.cartNumber, ` D${cart.orderNumber} `]) {
      expect(await orders().lookup({ reference, email: email.toUpperCase() })).toEqual(expected);
    }
    const stranger = await orders().lookup({ reference: cart.orderNumber, email: 'other@example.test' });
    expect(isOrderLookupError(stranger) && stranger.error.code).toBe('ORDER_NOT_FOUND');
  });

  test('a cart is looked up as long as it is no order', async () => {
    const { cartId } = await cartWith('BOOK-001');
    const cart = cartIn(await client().setEmail(cartId, 'ada@example.test'));
    const found = await orders().lookup({ reference: cart.cartNumber, email: 'ADA@example.test' });
    expect(found).toMatchObject({ cartState: 'open', orderNumber: '', orderTotal: cart.orderTotal });
    expect(found).not.toHaveProperty('cartId');
  });

  test('it is cancelled once, and Kustom hears of it', async () => {
    const { orderId, cart } = await bought();
    const cancelled = cartIn(await client().cancelOrder(cart.cartId));
    expect(cancelled).toEqual({ ...cart, orderState: 'cancelled' });
    expect(await client().cancelOrder(cart.cartId)).toEqual(cancelled);
    await expect.poll(async () => (await emulator().order(orderId)).management?.status).toBe('CANCELLED');
  });

  test('a demo payment completes a cart', async () => {
    const { cartId, orderTotal } = await cartWith('BOOK-001');
    const url = `${kassa.url}/ingress/commerce/carts/${cartId}/payment/demo`;
    const response = await fetch(url, { method: 'POST' });
    expect(await response.json()).toEqual({ status: 'completed' });
    const payments = [{ provider: 'demo', reference: expect.any(String), amount: orderTotal }];
    expect(await read(cartId)).toMatchObject({ cartState: 'completed', orderState: 'confirmed', payments });
  });
});

/** With the members that the client's type does not name. */
async function read(cartId: string) {
  const cart = cartIn(await client().getCart(cartId));
  return cart as typeof cart & Record<'orderId' | 'orderState', string> & { payments: unknown[] };
}

function merchantUrls(cartId: string) {
  return {
    termsUrl: `${kassa.url}/terms`,
    checkoutUrl: `${kassa.url}/checkout?cart=${cartId}`,
    confirmationUrl: `${kassa.url}/confirmation?redirect_status=succeeded&cart=${cartId}`,
  };
}

/** Init has a body; confirm has neither body nor content type. */
async function postPayment(
  cartId: string,
  route: '' | '/confirm',
  body?: unknown,
): Promise<Record<string, unknown>> {
  const init = body ? { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) } : {};
  const url = `${kassa.url}/ingress/commerce/carts/${cartId}/payment/kustom${route}`;
  const response = await fetch(url, { method: 'POST', ...init });
  expect(response.headers.get('content-type')).toContain('application/json');
  return (await response.json()) as Record<string, unknown>;
}
