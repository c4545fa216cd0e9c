import { expect, test } from 'vitest';
import { rowsOf } from './rows';
import { kustomExchange, shopExchange, told } from './testing';
import { duration, isTrouble, sentence, shortTitle } from './words';

test.each([
  ['POST /ingress/commerce/carts/{cartId}/set-quantity', 'POST …/set-quantity'],
  ['GET /ingress/commerce/carts/{cartId}', 'GET cart'],
  [
    'POST /ordermanagement/v1/orders/1e6b8a90-4d3c-4a4f-9a8e-0123456789ab/acknowledge',
    'POST …/{id}/acknowledge',
  ],
  ['POST /ingress/kustom/validate?token=***', 'POST …/validate'],
  [
    'POST http://127.0.0.1:3301/checkout/v3/orders/1e6b8a90-4d3c-4a4f-9a8e-0123456789ab',
    'POST /checkout/v3/orders/{id}',
  ],
])('%s is short as %s', (title, short) => {
  const [entry] = told({ kind: 'request', title });
  expect(entry && shortTitle(entry)).toBe(short);
});

test.each([
  [0.4, '<1 ms'],
  [12, '12 ms'],
  [999, '999 ms'],
  [1_250, '1.3 s'],
  [20_400, '20 s'],
])('%d milliseconds are “%s”', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('a row is a sentence', () => {
  const [request, answer] = rowsOf(told(...shopExchange(1, 'GET', '/coupons')));
  expect(request && sentence(request)).toBe('Browser to Kassa: GET …/coupons, answered 200 after 12 ms');
  expect(answer && sentence(answer)).toBe('Kassa to Browser: 200 after 12 ms');
  const [waiting] = rowsOf(told(kustomExchange(1, 'GET', '/x')[0]));
  expect(waiting && sentence(waiting)).toBe('Kassa to Kustom: GET /x, no answer yet');
});

test('what went wrong has another colour than what went well', () => {
  const entries = told(
    { kind: 'answer', detail: { status: 200 } },
    { kind: 'answer', detail: { status: 429 } },
    { kind: 'answer', detail: { failure: 'timed out' } },
    { kind: 'job', detail: { stage: 'again' } },
    { kind: 'job', detail: { stage: 'done' } },
  );
  expect(entries.map(isTrouble)).toEqual([false, true, true, true, false]);
});
