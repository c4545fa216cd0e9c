import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Feed, followTimeline } from './feed';

/** The browser's own, as far as the feed uses it. A test opens, tells and breaks it. */
class FakeSource extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static all: FakeSource[] = [];
  readyState = FakeSource.CONNECTING;

  constructor(readonly url: string) {
    super();
    FakeSource.all.push(this);
  }

  close(): void {
    this.readyState = FakeSource.CLOSED;
  }

  tell(type: string, data?: unknown): void {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
  }

  fail(readyState: number): void {
    this.readyState = readyState;
    this.dispatchEvent(new Event('error'));
  }
}

const entry = (sequence: number) => ({
  sequence,
  at: '2026-11-26T18:40:00.000Z',
  from: 'kassa',
  to: 'kassa',
  kind: 'state',
  title: 'x',
  detail: {},
});

const heard = { entries: [] as (number | undefined)[], states: [] as string[], dropped: 0, restarts: 0 };
let feed: Feed;

const newest = () => FakeSource.all.at(-1) as FakeSource;
const answers = (body: unknown, status = 200) =>
  vi.stubGlobal('fetch', async () => Response.json(body, { status }));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', FakeSource);
  FakeSource.all = [];
  Object.assign(heard, { entries: [], states: [], dropped: 0, restarts: 0 });
  feed = followTimeline('c', {
    onEntries: (entries) => heard.entries.push(...entries.map(({ sequence }) => sequence)),
    onDropped: (count) => {
      heard.dropped += count;
    },
    onRestart: () => {
      heard.restarts += 1;
    },
    onState: (state) => heard.states.push(state),
  });
});

afterEach(() => {
  feed.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('it begins with everything there is, and hands on what comes', () => {
  expect(newest().url).toBe('/_kassa/carts/c/timeline/events?after=0');
  newest().tell('open');
  newest().tell('entry', entry(1));
  newest().tell('dropped', { dropped: 4 });
  newest().tell('entry', { nonsense: true });
  newest().tell('entry', entry(6));
  expect(heard).toMatchObject({ entries: [1, 6], dropped: 4, states: ['live'] });
});

test('a break is left to the browser, which says by itself what it has seen', async () => {
  newest().tell('open');
  newest().fail(FakeSource.CONNECTING);
  await vi.runAllTimersAsync();
  expect(FakeSource.all).toHaveLength(1);
  expect(heard.states).toEqual(['live', 'lost']);
});

test('after a refusal it asks again from where it was, later and later', async () => {
  answers({}, 503);
  newest().tell('entry', entry(7));
  newest().fail(FakeSource.CLOSED);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(FakeSource.all).toHaveLength(2);
  expect(newest().url).toContain('after=7');
  newest().fail(FakeSource.CLOSED);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(FakeSource.all).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(FakeSource.all).toHaveLength(3);
});

test('a server without a timeline is told apart from one that is gone', async () => {
  answers({ errors: [] }, 404);
  newest().fail(FakeSource.CLOSED);
  await vi.advanceTimersByTimeAsync(0);
  expect(heard.states).toEqual(['lost', 'missing']);
});

test('after a restart of the server it begins anew', async () => {
  newest().tell('entry', entry(57));
  newest().fail(FakeSource.CONNECTING);
  answers({ entries: [entry(1), entry(2)], dropped: 0 });
  newest().tell('open');
  await vi.advanceTimersByTimeAsync(0);
  expect(heard.restarts).toBe(1);
  expect(newest().url).toContain('after=0');
});

test('after a mere break it does not', async () => {
  newest().tell('entry', entry(2));
  newest().fail(FakeSource.CONNECTING);
  answers({ entries: [entry(1), entry(2)], dropped: 0 });
  newest().tell('open');
  await vi.advanceTimersByTimeAsync(0);
  expect([heard.restarts, FakeSource.all.length]).toEqual([0, 1]);
});

test('a tab that nobody sees gives its connection back, and goes on where it was', () => {
  newest().tell('entry', entry(3));
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  document.dispatchEvent(new Event('visibilitychange'));
  expect(newest().readyState).toBe(FakeSource.CLOSED);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event('visibilitychange'));
  expect(newest().url).toContain('after=3');
  hidden.mockRestore();
});
