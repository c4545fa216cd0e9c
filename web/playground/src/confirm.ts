/**
 * The return from Kustom: ask the server to finish the purchase until it says that it has.
 *
 * The page does not depend on it. Kustom's own call to the server completes the cart too, and the cart's stream
 * tells the page; confirming only makes it sooner.
 */
import type { ConfirmAnswer } from './api';

const WAITS_MS = [0, 1_000, 2_000, 4_000, 8_000];
const LATER_WAIT_MS = 15_000;
/** Ten minutes: longer than Kustom needs to call the server by itself. */
const MAX_ATTEMPTS = 45;

const DECLINED =
  'The payment was declined after all. Nothing was charged; you can go back and pay in another way.';

export type ConfirmOutcome =
  | { kind: 'complete' }
  | { kind: 'refused'; message: string }
  | { kind: 'gave_up' };

export async function confirmUntilComplete(
  confirm: () => Promise<ConfirmAnswer>,
  wait: (ms: number) => Promise<void>,
  signal: AbortSignal,
): Promise<ConfirmOutcome> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS && !signal.aborted; attempt += 1) {
    await wait(WAITS_MS[attempt] ?? LATER_WAIT_MS);
    if (signal.aborted) break;
    const answer = await tryConfirm(confirm);
    if ('problem' in answer) return { kind: 'refused', message: answer.problem };
    if (answer.status === 'checkout_complete') return { kind: 'complete' };
    if (answer.reason === 'declined') return { kind: 'refused', message: DECLINED };
  }
  return { kind: 'gave_up' };
}

/** A lost connection is no answer at all, so it is asked again like an unfinished purchase. */
async function tryConfirm(confirm: () => Promise<ConfirmAnswer>): Promise<ConfirmAnswer> {
  try {
    return await confirm();
  } catch {
    return { status: 'unreachable' };
  }
}
