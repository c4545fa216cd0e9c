import { afterEach, expect, test, vi } from 'vitest';
import { createPayment } from './payment.js';

const URLS = { termsUrl: 'a', checkoutUrl: 'b', confirmationUrl: 'c' };
const payment = createPayment('http://shop.test/ingress/commerce/carts/1');

afterEach(() => vi.unstubAllGlobals());

function answer(status: number, body: string) {
  const fetch = vi.fn(async () => new Response(body, { status }));
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

async function check(status: number, body: string, expected: object) {
  answer(status, body);
  expect(await payment.open(URLS)).toEqual(expected);
}

const message = expect.stringContaining('http://shop.test/ingress/commerce/carts/1/payment/kustom');
const UNREACHABLE = { refusal: { code: 'UNREACHABLE', message, isPassing: true } };

test('a snippet is a snippet', () => check(200, '{"htmlSnippet":"<b>"}', { htmlSnippet: '<b>' }));

test('an error is known by its body, and may pass if its status says so', async () => {
  const body = '{"error":{"code":"EMPTY_CART","message":"Nothing."}}';
  const refusal = { code: 'EMPTY_CART', message: 'Nothing.' };
  await check(400, body, { refusal: { ...refusal, isPassing: false } });
  await check(503, body, { refusal: { ...refusal, isPassing: true } });
  await check(429, body, { refusal: { ...refusal, isPassing: true } });
  await check(200, body, { refusal: { ...refusal, isPassing: false } });
});

test('what somebody in between answers is no answer, and may pass', async () => {
  await check(502, '<html>Bad gateway</html>', UNREACHABLE);
  await check(200, 'null', UNREACHABLE);
  await check(200, '{}', UNREACHABLE);
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch');
  });
  expect(await payment.open(URLS)).toEqual(UNREACHABLE);
  expect(await payment.confirm()).toEqual(UNREACHABLE);
});

test('a confirmation has neither body nor headers, so that it needs no preflight', async () => {
  const fetch = answer(200, '{"status":"checkout_incomplete","reason":"declined"}');
  expect(await payment.confirm()).toEqual({ status: 'checkout_incomplete', reason: 'declined' });
  const [url, init] = fetch.mock.calls[0] as unknown as [string, RequestInit];
  expect(url).toBe('http://shop.test/ingress/commerce/carts/1/payment/kustom/confirm');
  expect({ method: init.method, body: init.body, headers: init.headers }).toEqual({ method: 'POST' });
});
