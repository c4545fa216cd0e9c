/** Asking the same again and again, as a page that waits for its order does, is one line and not a hundred. */
import type { Row } from './rows';

export type Fold = { readonly key: string; readonly rows: readonly Row[]; readonly rounds: number };
export type Item = Row | Fold;

/** An exchange with one inside it has four entries; with a job around it, some more. */
const LONGEST_ROUND = 10;
/** The first and the last one stay. With fewer than this there is nothing to gain. */
const FEWEST_ROUNDS = 4;

export function folded(rows: readonly Row[]): Item[] {
  const signatures = rows.map(signatureOf);
  const items: Item[] = [];
  let index = 0;
  while (index < rows.length) {
    // A round begins with what is asked, not with the answer of something before it.
    const length = rows[index]?.entry.kind === 'answer' ? 0 : roundAt(signatures, index);
    const rounds = length === 0 ? 1 : countRounds(signatures, index, length);
    const first = rows.slice(index, index + Math.max(1, length));
    items.push(...first);
    index += first.length;
    if (rounds < FEWEST_ROUNDS) continue;
    const middle = rows.slice(index, index + (rounds - 2) * length);
    items.push({ key: `fold-${middle[0]?.entry.key}`, rows: middle, rounds: rounds - 2 });
    index += middle.length;
    items.push(...rows.slice(index, index + length));
    index += length;
  }
  return items;
}

export function isFold(item: Item): item is Fold {
  return 'rounds' in item;
}

/** The shortest length that repeats often enough from here on; 0 for none. */
function roundAt(signatures: readonly string[], start: number): number {
  for (let length = 1; length <= LONGEST_ROUND; length += 1) {
    if (countRounds(signatures, start, length) >= FEWEST_ROUNDS) return length;
  }
  return 0;
}

function countRounds(signatures: readonly string[], start: number, length: number): number {
  let same = start + length;
  while (same < signatures.length && signatures[same] === signatures[same - length]) same += 1;
  return Math.floor((same - start) / length);
}

/** Versions and attempts count on; what is told stays the same. */
function signatureOf({ entry }: Row): string {
  const { from, to, kind, title, detail } = entry;
  return [from, to, kind, title.replace(/\d+/g, kind === 'answer' ? '$&' : '#'), detail.status].join('|');
}
