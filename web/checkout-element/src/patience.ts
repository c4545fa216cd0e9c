/** Asking again: how often, how long in between, and when to stop. Knows neither clock nor network. */
import type { Note, Problem } from './machine/state.js';
import type { ConfirmAnswer, OpenAnswer, Refusal } from './payment.js';

export type Wait = (ms: number) => Promise<void>;

const WAITS_MS = [0, 1_000, 2_000, 4_000, 8_000];
const OPEN_ATTEMPTS = 4;
const CONFIRM_LATER_MS = 15_000;
/** Ten minutes: longer than Kustom needs to call the server by itself. The stream listens on. */
const CONFIRM_ATTEMPTS = 45;

/** A server that restarts or a Kustom that stumbles is none of the shopper's business for a few seconds. */
export async function openPatiently(
  open: () => Promise<OpenAnswer>,
  wait: Wait,
  signal: AbortSignal,
): Promise<OpenAnswer | undefined> {
  let answer: OpenAnswer | undefined;
  for (const ms of WAITS_MS.slice(0, OPEN_ATTEMPTS)) {
    if (ms > 0) await wait(ms);
    if (signal.aborted) return undefined;
    answer = await open();
    if (!('refusal' in answer) || !answer.refusal.isPassing) break;
  }
  return signal.aborted ? undefined : answer;
}

export type Confirming = {
  readonly ask: () => Promise<ConfirmAnswer>;
  readonly wait: Wait;
  readonly signal: AbortSignal;
  readonly onNote: (note: Note) => void;
};

/** `over`: there is nothing more to be asked; the cart's stream tells the end, whenever it comes. */
export async function confirmPatiently(confirming: Confirming): Promise<'complete' | 'over' | Problem> {
  const { ask, wait, signal, onNote } = confirming;
  for (let attempt = 0; attempt < CONFIRM_ATTEMPTS; attempt += 1) {
    if (attempt === WAITS_MS.length) onNote('slow');
    const ms = WAITS_MS[attempt] ?? CONFIRM_LATER_MS;
    if (ms > 0) await wait(ms);
    if (signal.aborted) break;
    const outcome = outcomeOf(await ask());
    if (outcome === 'review') onNote('review');
    if (outcome) return outcome === 'review' ? 'over' : outcome;
  }
  return 'over';
}

/** Nothing while asking again may help: an unclear answer, and a lost one, may be followed by a clear one. */
function outcomeOf(answer: ConfirmAnswer): 'complete' | 'review' | Problem | undefined {
  if ('refusal' in answer) return answer.refusal.isPassing ? undefined : problemOfConfirming(answer.refusal);
  if (answer.status === 'checkout_complete') return 'complete';
  if (answer.reason === 'declined') return { code: 'DECLINED', wayOut: 'checkout' };
  return answer.reason === 'in_review' ? 'review' : undefined;
}

export function problemOfOpening({ code, message }: Refusal): Problem {
  // A cart that is unknown or completed stays so, whatever is pressed here.
  return { code, message, wayOut: code === 'NOT_FOUND' || code === 'CART_NOT_OPEN' ? 'reload' : 'open' };
}

function problemOfConfirming({ code, message }: Refusal): Problem {
  return { code, message, wayOut: code === 'NO_KUSTOM_ORDER' ? 'checkout' : 'confirm' };
}
