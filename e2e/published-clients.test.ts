/** Clients of Kustom's APIs that others wrote and published, unchanged, from the first cart to the last refund. */
import { Klarna } from '@crystallize/node-klarna';
import klarnaNode from 'klarna-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmulator, type Emulator } from './harness/emulator';
import { sendHttpsTo } from './harness/https-to-emulator';
import { type EmulatorAlone, startEmulator } from './harness/kassa';

const SHOP = 'https://shop.example';
const TOO_MUCH = 'Captured amount is higher than the remaining authorized amount.';

let alone: EmulatorAlone;
let emulator: Emulator;
let restoreHttps: () => void;

beforeAll(async () => {
  alone = await startEmulator();
  emulator = createEmulator(alone.url);
  restoreHttps = sendHttpsTo(alone.url);
});

afterAll(async () => {
  restoreHttps?.();
  await alone?.stop();
});

function cart(quantity: number) {
  const line = {
    type: 'physical',
    reference: 'SH005',
    name: 'Shoe',
    quantity,
    unit_price: 10_000,
    tax_rate: 2500,
    total_amount: 10_000 * quantity,
    total_tax_amount: 2000 * quantity,
  };
  return { order_amount: 10_000 * quantity, order_tax_amount: 2000 * quantity, order_lines: [line] };
}

describe('@crystallize/node-klarna', () => {
  const client = new Klarna({
    username: 'PK1_abc',
    password: 'kco_test_api_x',
    apiEndpoint: 'api.playground.kustom.co',
  });

  /** The answers are typed by their statuses alone. */
  type Answered = { statusCode: number; response?: unknown; error?: unknown };
  const body = (answer: unknown) => (answer as Answered).response as Record<string, unknown>;
  const error = (answer: unknown) =>
    (answer as Answered).error as { error_code: string; error_messages: string[]; correlation_id: string };
  const status = (answer: unknown) => (answer as Answered).statusCode;
  // The client's own types ask for more than the API does.
  const sent = (value: unknown) => value as never;
  const { orders, captures, refunds } = client.orderManagementV1;
  /** It is there and its own types forgot it. */
  type SetsReferences = {
    updateMerchantReference: (id: string, references: Record<string, string>) => Promise<unknown>;
  };
  const references = orders as typeof orders & SetsReferences;

  const order = (quantity: number) => ({
    ...cart(quantity),
    purchase_country: 'SE',
    purchase_currency: 'SEK',
    locale: 'sv-SE',
    merchant_urls: {
      terms: `${SHOP}/terms`,
      checkout: `${SHOP}/checkout`,
      confirmation: `${SHOP}/done?order={checkout.order.id}`,
      push: `${SHOP}/push?order={checkout.order.id}`,
    },
  });

  async function created(quantity: number): Promise<string> {
    const answer = await client.checkoutV3.createOrder(sent(order(quantity)));
    expect(status(answer)).toBe(201);
    return body(answer).order_id as string;
  }

  async function bought(quantity: number): Promise<string> {
    const id = await created(quantity);
    await emulator.pay(id, 'approved');
    return id;
  }

  test('a cart is opened, changed and bought', async () => {
    const id = await created(1);
    const changed = await client.checkoutV3.updateOrder(id, sent(cart(2)));
    expect(body(changed)).toMatchObject({ order_amount: 20_000, status: 'checkout_incomplete' });
    expect(error(await orders.getOrder(id))).toMatchObject({ error_code: 'NO_SUCH_ORDER' });
    await emulator.pay(id, 'approved');
    const read = await client.checkoutV3.retrieveOrder(id);
    expect(body(read)).toMatchObject({ status: 'checkout_complete', order_amount: 20_000 });
    const late = await client.checkoutV3.updateOrder(id, sent(cart(1)));
    expect([status(late), error(late).error_code]).toEqual([403, 'READ_ONLY_ORDER']);
  });

  test('an order is acknowledged, numbered, captured in part, given back and released', async () => {
    const id = await bought(2);
    expect(status(await orders.acknowledge(id))).toBe(204);
    const numbers = { merchant_reference1: 'N-1', merchant_reference2: 'E-1' };
    expect(status(await references.updateMerchantReference(id, numbers))).toBe(204);
    const part = { captured_amount: 12_000, description: 'One shoe and a bit' };
    const captured = await captures.capture(id, sent(part));
    expect(status(captured)).toBe(201);
    const refunded = await refunds.create(id, sent({ refunded_amount: 2000, description: 'A scratch' }));
    expect(status(refunded)).toBe(201);
    expect(status(await orders.releaseRemainingAuthorization(id))).toBe(204);
    const read = body(await orders.getOrder(id));
    expect(read).toMatchObject({
      ...numbers,
      status: 'CAPTURED',
      captured_amount: 12_000,
      refunded_amount: 2000,
      remaining_authorized_amount: 0,
      captures: [{ captured_amount: 12_000, refunded_amount: 2000, description: 'One shoe and a bit' }],
      refunds: [{ refunded_amount: 2000 }],
    });
    expect((await emulator.order(id)).acknowledged_at).not.toBeNull();
  });

  test('a subscription buys again by its token', async () => {
    const opened = await client.checkoutV3.createOrder(sent({ ...order(1), recurring: true }));
    const first = body(opened).order_id as string;
    await emulator.pay(first, 'approved');
    const token = body(await client.checkoutV3.retrieveOrder(first)).recurring_token as string;
    const again = await client.customerTokenV1.order(token, sent({ ...cart(2), purchase_currency: 'SEK' }));
    const second = body(again).order_id as string;
    expect(body(await orders.getOrder(second))).toMatchObject({ status: 'AUTHORIZED', order_amount: 20_000 });
    const unknown = await client.customerTokenV1.order('none', sent({}));
    expect(status(unknown)).toBe(404);
  });

  test('what is not possible is refused in words that a program can search for', async () => {
    const id = await bought(1);
    const tooMuch = await captures.capture(id, sent({ captured_amount: 10_001 }));
    expect(status(tooMuch)).toBe(403);
    expect(error(tooMuch)).toMatchObject({ error_code: 'CAPTURE_NOT_ALLOWED' });
    expect(error(tooMuch).error_messages).toContain(TOO_MUCH);
    expect(error(tooMuch).correlation_id).toMatch(/^[0-9a-f-]{36}$/);
    const early = await refunds.create(id, sent({ refunded_amount: 1 }));
    expect(error(early).error_code).toBe('REFUND_NOT_ALLOWED');
    expect(status(await orders.cancel(id))).toBe(204);
    const again = await orders.cancel(id);
    expect([status(again), error(again).error_code]).toEqual([403, 'CANCEL_NOT_ALLOWED']);
    const wrong = await client.checkoutV3.createOrder(sent({ ...order(1), order_amount: 9999 }));
    expect([status(wrong), error(wrong).error_messages]).toEqual([400, ['Bad value: order_amount']]);
  });
});

describe('klarna-node', () => {
  const { klarnaCheckout, klarnaOrderManagement } = klarnaNode;

  beforeAll(() => {
    klarnaNode.default.init({ uid: 'PK1_abc', password: 'kco_test_api_x', live: false });
    klarnaCheckout.config({
      purchase_country: 'NO',
      purchase_currency: 'NOK',
      locale: 'nb-NO',
      terms: `${SHOP}/terms`,
      checkout: `${SHOP}/checkout`,
      confirmation: `${SHOP}/done?order={checkout.order.id}`,
      push: `${SHOP}/push?order={checkout.order.id}`,
    });
  });

  test('a cart is opened, changed, bought, acknowledged and captured', async () => {
    const opened = await klarnaCheckout.createOrder(cart(1));
    const id = opened.order_id as string;
    const changed = await klarnaCheckout.updateOrder(id, cart(3));
    expect(changed.order_amount).toBe(30_000);
    await emulator.pay(id, 'approved');
    expect(JSON.parse(await klarnaCheckout.getOrder(id)).status).toBe('checkout_complete');
    await klarnaOrderManagement.acknowledgeOrder(id);
    await klarnaOrderManagement.captureOrder({ captured_amount: 10_000 }, id);
    const { management, acknowledged_at } = await emulator.order(id);
    expect(acknowledged_at).not.toBeNull();
    expect(management).toMatchObject({ status: 'PART_CAPTURED', remaining_authorized_amount: 20_000 });
  });

  test('a refusal is thrown with its status and its reasons', async () => {
    const opened = await klarnaCheckout.createOrder(cart(1));
    const id = opened.order_id as string;
    const unpaid = klarnaOrderManagement.captureOrder({ captured_amount: 1 }, id);
    await expect(unpaid).rejects.toMatchObject({ statusCode: 404, error: { error_code: 'NO_SUCH_ORDER' } });
    await emulator.pay(id, 'pending');
    const pending = klarnaOrderManagement.captureOrder({ captured_amount: 1 }, id);
    await expect(pending).rejects.toMatchObject({
      statusCode: 403,
      error: { error_code: 'CAPTURE_NOT_ALLOWED' },
    });
  });
});
