/** From entries to what is drawn: which arrow, which bar of an open exchange passes by, and how long it took. */
import type { Entry, Kind, Lane } from './entry';

export type Bar = {
  readonly lane: Lane;
  readonly exchange: number;
  readonly part: 'start' | 'through' | 'end';
  /** Exchanges that are open at once in one lane stand side by side. */
  readonly place: number;
};

export type Row = {
  readonly entry: Entry;
  /** The answer of a request, the request of an answer. */
  readonly partner?: Entry;
  readonly durationMs?: number;
  readonly isWaiting: boolean;
  readonly bars: readonly Bar[];
};

/** More bars side by side would be wider than the space between two lanes. */
const MOST_PLACES = 4;

export function rowsOf(entries: readonly Entry[]): Row[] {
  const partners = partnersOf(entries);
  const open = new Map<number, Bar>();
  return entries.map((entry) => {
    const partner = partners.get(entry.key);
    const ending = entry.kind === 'answer' ? open.get(entry.exchange ?? -1) : undefined;
    const starting = startingBar(entry, partner, [...open.values()]);
    const through = [...open.values()].filter((bar) => bar !== ending);
    const bars = [...through, ...(ending ? [{ ...ending, part: 'end' as const }] : [])];
    if (ending) open.delete(ending.exchange);
    if (starting) {
      bars.push(starting);
      open.set(starting.exchange, { ...starting, part: 'through' });
    }
    return {
      entry,
      ...(partner && { partner }),
      ...durationOf(entry, partner),
      isWaiting: entry.kind === 'request' && !partner && !isStream(entry),
      bars,
    };
  });
}

/** A stream of events is answered at once and never over: it is not waited for. */
export function isStream(entry: Entry): boolean {
  return /\/events(\?|$)/.test(entry.detail.url ?? entry.title);
}

export function ofKinds(entries: readonly Entry[], kinds: ReadonlySet<Kind>): Entry[] {
  return entries.filter(({ kind }) => kinds.has(kind));
}

function partnersOf(entries: readonly Entry[]): Map<string, Entry> {
  const requests = new Map<number, Entry>();
  const partners = new Map<string, Entry>();
  for (const entry of entries) {
    if (entry.exchange === undefined) continue;
    if (entry.kind === 'request') requests.set(entry.exchange, entry);
    const request = entry.kind === 'answer' ? requests.get(entry.exchange) : undefined;
    if (!request) continue;
    partners.set(entry.key, request);
    partners.set(request.key, entry);
  }
  return partners;
}

function startingBar(entry: Entry, partner: Entry | undefined, open: readonly Bar[]): Bar | undefined {
  if (entry.kind !== 'request' || entry.exchange === undefined || isStream(entry)) return undefined;
  // Nothing is known of what becomes of it: a bar without end says so, but only while it may still end.
  if (!partner && open.length >= MOST_PLACES) return undefined;
  const taken = new Set(open.filter(({ lane }) => lane === entry.to).map(({ place }) => place));
  for (let place = 0; place < MOST_PLACES; place += 1) {
    if (!taken.has(place)) return { lane: entry.to, exchange: entry.exchange, part: 'start', place };
  }
  return undefined;
}

function durationOf(entry: Entry, partner: Entry | undefined): { durationMs?: number } {
  const answer = entry.kind === 'answer' ? entry : partner;
  if (answer?.kind !== 'answer') return {};
  const request = answer === entry ? partner : entry;
  const durationMs = answer.detail.durationMs ?? (request ? answer.atMs - request.atMs : undefined);
  return durationMs === undefined ? {} : { durationMs };
}
