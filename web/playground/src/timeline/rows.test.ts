import { expect, test } from 'vitest';
import { ofKinds, rowsOf } from './rows';
import { kustomExchange, shopExchange, told } from './testing';

const bars = (row: { bars: readonly { lane: string; part: string; place: number }[] } | undefined) =>
  row?.bars.map(({ lane, part, place }) => `${lane} ${part} ${place}`);

test('a request and its answer know each other and how long it took', () => {
  const [request, answer] = rowsOf(told(...shopExchange(1, 'GET', '')));
  expect(request?.partner).toBe(answer?.entry);
  expect(answer?.partner).toBe(request?.entry);
  expect([request?.durationMs, answer?.durationMs]).toEqual([12, 12]);
  expect(request?.isWaiting).toBe(false);
});

test('without a duration of its own an exchange took what lies between', () => {
  const [asked, answered] = shopExchange(1, 'GET', '');
  const [request] = rowsOf(told(asked, { ...answered, detail: { status: 200 } }));
  expect(request?.durationMs).toBe(100);
});

test('an exchange without an answer waits', () => {
  const [row] = rowsOf(told(shopExchange(1, 'GET', '')[0]));
  expect(row?.isWaiting).toBe(true);
  expect(row?.durationMs).toBeUndefined();
});

test('a stream of events is not waited for and has no bar', () => {
  const rows = rowsOf(told(shopExchange(1, 'GET', '/events')[0], {}));
  expect(rows.map(({ isWaiting, bars }) => [isWaiting, bars.length])).toEqual([
    [false, 0],
    [false, 0],
  ]);
});

test('a bar stands in the lane that was asked, from the request to the answer', () => {
  const [request, answer] = shopExchange(1, 'POST', '/payment/kustom');
  const [inner, innerAnswer] = kustomExchange(2, 'POST', '/checkout/v3/orders');
  const rows = rowsOf(told(request, inner, {}, innerAnswer, answer, {}));
  expect(rows.map(bars)).toEqual([
    ['kassa start 0'],
    ['kassa through 0', 'kustom start 0'],
    ['kassa through 0', 'kustom through 0'],
    ['kassa through 0', 'kustom end 0'],
    ['kassa end 0'],
    [],
  ]);
});

test('two that are open at once in one lane stand side by side', () => {
  const [first, firstAnswer] = shopExchange(1, 'GET', '');
  const [second, secondAnswer] = shopExchange(2, 'GET', '');
  const rows = rowsOf(told(first, second, firstAnswer, secondAnswer));
  expect(bars(rows[1])).toEqual(['kassa through 0', 'kassa start 1']);
  expect(bars(rows[3])).toEqual(['kassa end 1']);
});

test('an answer whose request is no longer there is a row like any other', () => {
  const [row] = rowsOf(told(shopExchange(1, 'GET', '')[1]));
  expect(row?.partner).toBeUndefined();
  expect(row?.bars).toEqual([]);
  expect(row?.durationMs).toBe(12);
});

test('only the wanted kinds are left', () => {
  const entries = told(...shopExchange(1, 'GET', ''), { kind: 'hash' });
  expect(ofKinds(entries, new Set(['hash'] as const)).map(({ kind }) => kind)).toEqual(['hash']);
});
