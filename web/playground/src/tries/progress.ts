/** How far a try has come, and how it ended: a pure function of the timeline. */
import type { Entry } from '../timeline/entry';
import { countOf, orderPlaced, partnersIn } from './evidence';
import type { Try } from './list';

export type Progress = {
  /** So many of the steps are done, each after the one before it. */
  readonly done: number;
  readonly verdict?: { readonly isGood: boolean; readonly text: string };
};

export function progressOf(one: Try, entries: readonly Entry[]): Progress {
  const partnerOf = partnersIn(entries);
  let done = 0;
  for (const entry of entries) {
    const next = one.steps[done];
    if (!next) break;
    if (next.sign(entry, partnerOf(entry))) done += 1;
  }
  const verdict = verdictOf(one, countOf(entries, orderPlaced), done === one.steps.length);
  return { done, ...(verdict && { verdict }) };
}

/** A promise that is broken is told at once. One that is kept is only known at the end. */
function verdictOf(one: Try, orders: number, isOver: boolean): Progress['verdict'] {
  if (orders > one.orders) return { isGood: false, text: `${orders} orders: Kassa has broken its promise.` };
  if (!isOver) return undefined;
  if (orders < one.orders) return { isGood: false, text: 'No order: Kassa has broken its promise.' };
  return { isGood: true, text: one.verdict };
}
