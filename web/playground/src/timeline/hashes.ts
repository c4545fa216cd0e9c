/** What Kustom should hold and what it holds, as the timeline tells it. */
import type { Entry } from './entry';

export type Hashes = {
  readonly pending?: string;
  readonly sync?: string;
  readonly isEqual: boolean;
  readonly isKnown: boolean;
};

/** The newest word counts. An event of the server tells them as well as a change does. */
export function hashesOf(entries: readonly Entry[]): Hashes {
  const newest = entries.findLast(
    ({ detail }) => detail.syncHash !== undefined || detail.pendingHash !== undefined,
  );
  if (!newest) return { isEqual: true, isKnown: false };
  const { pendingHash: pending, syncHash: sync } = newest.detail;
  return {
    ...(pending !== undefined && { pending }),
    ...(sync !== undefined && { sync }),
    // Right after an opening nothing is pending: Kustom holds what it was given.
    isEqual: pending === undefined || pending === sync,
    isKnown: true,
  };
}

export function shortHash(hash: string | undefined): string {
  return hash === undefined ? '–' : hash.slice(0, 8);
}
