/** The server's entries of one cart, all that there are and then each as it happens. */
import { type Entry, isRecord, readEntry } from './entry';

export type FeedListener = {
  onEntries: (entries: Entry[]) => void;
  onDropped: (count: number) => void;
  /** The server was started anew and counts from one again: what was told before is of another life of it. */
  onRestart: () => void;
  /** `missing`: this server keeps no timeline of this cart. */
  onState: (state: 'live' | 'lost' | 'missing') => void;
};

export type Feed = { stop: () => void };

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

export function followTimeline(cartId: string, listener: FeedListener, base = '/_kassa'): Feed {
  const url = `${base}/carts/${encodeURIComponent(cartId)}/timeline`;
  let last = 0;
  let pauseMs = FIRST_PAUSE_MS;
  let isBroken = false;
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const take = (values: readonly unknown[]) => {
    const entries = values.map(readEntry).filter((entry) => entry !== undefined);
    for (const { sequence } of entries) last = Math.max(last, sequence ?? 0);
    if (entries.length > 0) listener.onEntries(entries);
  };
  const connect = () => {
    clearTimeout(timer);
    source?.close();
    // The browser sends Last-Event-ID by itself when a connection breaks. A new source must say it in its address.
    source = new EventSource(`${url}/events?after=${last}`);
    source.addEventListener('open', () => {
      pauseMs = FIRST_PAUSE_MS;
      listener.onState('live');
      if (isBroken) void lookForRestart();
      isBroken = false;
    });
    source.addEventListener('entry', ({ data }) => take([parsed(data)]));
    source.addEventListener('dropped', ({ data }) => listener.onDropped(countIn(parsed(data))));
    source.addEventListener('error', () => void onBreak());
  };
  /** A timeline is kept in memory. After a restart, what is asked for after the old number would never come. */
  const lookForRestart = async () => {
    const newest = await newestOf(`${url}?after=0`);
    if (newest === undefined || newest >= last) return;
    last = 0;
    listener.onRestart();
    connect();
  };
  const onBreak = async () => {
    isBroken = true;
    listener.onState('lost');
    if (source?.readyState !== EventSource.CLOSED) return;
    // A refusal ends a source for good. Whether it is worth asking again, only an answer with a status tells.
    const status = await statusOf(`${url}?after=${last}`);
    if (status === 404) listener.onState('missing');
    timer = setTimeout(connect, pauseMs);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  };
  // Browsers allow six connections to an origin. A tab that nobody sees gives its one back to the shop.
  const onVisibility = () => {
    if (document.hidden) source?.close();
    else connect();
  };
  document.addEventListener('visibilitychange', onVisibility);
  connect();
  return {
    stop: () => {
      document.removeEventListener('visibilitychange', onVisibility);
      clearTimeout(timer);
      source?.close();
    },
  };
}

async function statusOf(url: string): Promise<number> {
  try {
    return (await fetch(url)).status;
  } catch {
    return 0;
  }
}

async function newestOf(url: string): Promise<number | undefined> {
  try {
    const answer: unknown = await (await fetch(url)).json();
    const entries =
      isRecord(answer) && Array.isArray(answer.entries) ? (answer.entries as unknown[]) : undefined;
    return entries && (readEntry(entries.at(-1))?.sequence ?? 0);
  } catch {
    return undefined;
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function countIn(value: unknown): number {
  if (typeof value === 'number') return value;
  return isRecord(value) && typeof value.dropped === 'number' ? value.dropped : 0;
}
