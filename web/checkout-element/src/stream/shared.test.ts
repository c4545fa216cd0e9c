import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cart, FakeEventSource, FakeLocks, installEventSource } from '../testing/browser.js';
import { shareStream } from './shared.js';
import type { Stream } from './source.js';

/** Channels of one browser: a message reaches every other one at once. */
class FakeChannel {
  static all = new Set<FakeChannel>();
  onmessage: ((event: { data: unknown }) => void) | undefined;
  isFrozen = false;

  constructor() {
    FakeChannel.all.add(this);
  }

  postMessage(data: unknown): void {
    if (!FakeChannel.all.has(this)) throw new Error('the channel is closed');
    for (const other of FakeChannel.all) if (other !== this && !other.isFrozen) other.onmessage?.({ data });
  }

  close(): void {
    FakeChannel.all.delete(this);
  }
}

const tabs: Stream[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  installEventSource();
  FakeChannel.all.clear();
  vi.stubGlobal('BroadcastChannel', FakeChannel);
  Object.defineProperty(navigator, 'locks', { configurable: true, value: new FakeLocks() });
});
afterEach(() => {
  for (const tab of tabs.splice(0)) tab.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, 'locks');
});

function openTab() {
  const totals: number[] = [];
  const connected: boolean[] = [];
  const stream = shareStream('/events', {
    onCart: ({ orderTotal }) => void totals.push(orderTotal),
    onConnection: (isConnected) => void connected.push(isConnected),
  });
  tabs.push(stream);
  const channel = [...FakeChannel.all].at(-1) as FakeChannel;
  return { totals, connected, channel, close: () => stream.close(), renew: () => stream.renew() };
}

const soon = () => vi.advanceTimersByTimeAsync(0);
const newest = () => FakeEventSource.open.at(-1) as FakeEventSource;

test('three tabs listen by one stream, and a late one hears what the others know', async () => {
  const first = openTab();
  const second = openTab();
  await soon();
  newest().send(cart(1, 1, { orderTotal: 10 }));
  const third = openTab();
  await soon();
  newest().send(cart(1, 1, { orderTotal: 20 }));
  expect(FakeEventSource.opened.length).toBe(1);
  // The question of a late tab is answered to all; a cart that is known already changes nothing.
  expect([first.totals, second.totals, third.totals]).toEqual([
    [10, 20],
    [10, 10, 20],
    [10, 20],
  ]);
});

test('the tab that listens hands over when it closes', async () => {
  const first = openTab();
  const second = openTab();
  await soon();
  first.close();
  await soon();
  expect(FakeEventSource.open.length).toBe(1);
  newest().send(cart(1, 1, { orderTotal: 30 }));
  expect([first.totals, second.totals]).toEqual([[], [30]]);
});

test('a frozen tab has the stream taken from it, and gets in line when it thaws', async () => {
  const frozen = openTab();
  await soon();
  frozen.channel.isFrozen = true;
  const second = openTab();
  await vi.advanceTimersByTimeAsync(3_100);
  expect(FakeEventSource.open.length).toBe(1);
  newest().send(cart(1, 1, { orderTotal: 40 }));
  expect(second.totals).toEqual([40]);
  frozen.channel.isFrozen = false;
  second.close();
  await soon();
  newest().send(cart(1, 1, { orderTotal: 50 }));
  expect(frozen.totals).toEqual([50]);
});

test('all tabs hear that the connection is lost, once, and that there is one at first', async () => {
  const first = openTab();
  const second = openTab();
  await soon();
  newest().break(0);
  newest().break(0);
  await vi.advanceTimersByTimeAsync(5_000);
  newest().send(cart(1, 1, { orderTotal: 60 }));
  expect([first.connected, second.connected]).toEqual([
    [false, true],
    [true, false, true],
  ]);
});

test('a tab that was away has the stream renewed, by whoever holds it', async () => {
  openTab();
  const second = openTab();
  await soon();
  second.renew();
  expect(FakeEventSource.opened.length).toBe(2);
  expect(FakeEventSource.open.length).toBe(1);
});

test('the end of a purchase reaches the others although it ends the tab that hears it', async () => {
  const first = shareStream('/events', { onCart: () => first.close(), onConnection: () => {} });
  const second = openTab();
  await soon();
  newest().send(cart(1, 1, { orderTotal: 70, cartState: 'completed' }));
  expect(second.totals).toEqual([70]);
});

test('without locks for such a page, every tab is on its own', async () => {
  const request = async () => {
    throw new DOMException('', 'SecurityError');
  };
  Object.defineProperty(navigator, 'locks', { configurable: true, value: { request } });
  openTab();
  await soon();
  expect(FakeEventSource.open.length).toBe(1);
});
