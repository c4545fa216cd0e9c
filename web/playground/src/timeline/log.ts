/** All entries of one cart that this page holds: in order, each once, and no more than a page can draw. */
import type { Entry } from './entry';

/** Some twenty purchases with everything around them. Older ones stay on the server. */
export const MOST_ENTRIES = 600;

export type Log = {
  readonly entries: readonly Entry[];
  /** How many are not here, because the server or this page has let go of them. */
  readonly dropped: number;
};

export const emptyLog: Log = { entries: [], dropped: 0 };

export function withEntries(log: Log, more: readonly Entry[], most = MOST_ENTRIES): Log {
  const known = new Set(log.entries.map(({ key }) => key));
  const oldest = log.dropped > 0 ? log.entries[0] : undefined;
  // What was let go once does not come back by a new connection.
  const fresh = more.filter((entry) => !known.has(entry.key) && !(oldest && isEarlier(entry, oldest)));
  if (fresh.length === 0) return log;
  const entries = [...log.entries];
  for (const entry of fresh) insert(entries, entry);
  const surplus = Math.max(0, entries.length - most);
  return { entries: entries.slice(surplus), dropped: log.dropped + surplus };
}

/** Nearly every entry belongs at the end, so the place is looked for from there. */
function insert(entries: Entry[], entry: Entry): void {
  let place = entries.length;
  while (place > 0) {
    const before = entries[place - 1];
    if (!before || !isEarlier(entry, before)) break;
    place -= 1;
  }
  entries.splice(place, 0, entry);
}

/** The server's own order holds among its entries, even when its clock was set back. */
function isEarlier(entry: Entry, other: Entry): boolean {
  if (entry.sequence !== undefined && other.sequence !== undefined) return entry.sequence < other.sequence;
  return entry.atMs < other.atMs;
}
