import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cart, FakeEventSource, installEventSource } from '../testing/browser.js';
import { openStream } from './source.js';

beforeEach(() => {
  vi.useFakeTimers();
  installEventSource();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function follow() {
  const heard: unknown[] = [];
  const stream = openStream('/events', {
    onCart: ({ orderTotal }) => void heard.push(orderTotal),
    onConnection: (isConnected) => void heard.push(isConnected),
  });
  return { heard, stream };
}

const newest = () => FakeEventSource.opened.at(-1) as FakeEventSource;

test('the first cart of a connection counts like every later one', () => {
  const { heard } = follow();
  newest().send(cart(1, 1, { orderTotal: 10 }), 'init');
  newest().send(cart(1, 1, { orderTotal: 20 }), 'updated');
  expect(heard).toEqual([true, 10, true, 20]);
});

test('a broken connection throws nothing, and the browser mends it', () => {
  const { heard } = follow();
  newest().break(0);
  vi.advanceTimersByTime(60_000);
  newest().break(0);
  vi.advanceTimersByTime(60_000);
  expect(heard).toEqual([false]);
  expect(FakeEventSource.opened.length).toBe(1);
});

test('one that is back within a moment, or that nobody follows any more, is no news', () => {
  const { heard, stream } = follow();
  newest().break(0);
  vi.advanceTimersByTime(4_999);
  newest().send(cart(1, 1, { orderTotal: 10 }), 'init');
  vi.advanceTimersByTime(60_000);
  newest().break(0);
  stream.close();
  vi.advanceTimersByTime(60_000);
  expect(heard).toEqual([true, 10]);
});

test('one that the browser gives up is opened anew, ever more patiently', () => {
  follow();
  const openedAfter = (ms: number) => {
    vi.advanceTimersByTime(ms);
    return FakeEventSource.opened.length;
  };
  newest().break(2);
  expect(openedAfter(499)).toBe(1);
  expect(openedAfter(501)).toBe(2);
  newest().break(2);
  expect(openedAfter(999)).toBe(2);
  expect(openedAfter(1_001)).toBe(3);
  for (let attempt = 0; attempt < 9; attempt += 1) {
    newest().break(2);
    vi.advanceTimersByTime(30_000);
  }
  expect(FakeEventSource.opened.length).toBe(12);
});

test('an error that the server sends itself is no broken connection', () => {
  const { heard } = follow();
  newest().onerror?.(new MessageEvent('error', { data: '{}' }));
  expect(heard).toEqual([]);
});

test('a closed one stays closed, and a renewed one is another', () => {
  const { stream } = follow();
  stream.renew();
  expect(FakeEventSource.open.length).toBe(1);
  newest().break(2);
  stream.close();
  vi.advanceTimersByTime(60_000);
  expect(FakeEventSource.opened.length).toBe(2);
});
