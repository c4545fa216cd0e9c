/** The try that is under way. It outlives page loads and tabs, because paying is a page load and some tries close a tab. */
import { isRecord } from '../timeline/entry';
import { TRIES, type Try } from './list';

export type Fault = { readonly number: number; readonly untilMs: number };

export type Running = {
  readonly id: Try['id'];
  readonly cartId: string;
  /** What is broken for this try, and has to be mended whatever becomes of it. */
  readonly fault?: Fault;
};

const NAME = 'kassa-playground:try';

export function readRunning(): Running | undefined {
  try {
    return runningIn(JSON.parse(localStorage.getItem(NAME) ?? 'null'));
  } catch {
    return undefined;
  }
}

export function keepRunning(running: Running | undefined): void {
  try {
    if (running) localStorage.setItem(NAME, JSON.stringify(running));
    else localStorage.removeItem(NAME);
  } catch {
    // Without storage a try ends with its page.
  }
}

/** Another release may have left something else. */
export function runningIn(value: unknown): Running | undefined {
  if (!isRecord(value) || typeof value.cartId !== 'string') return undefined;
  const one = TRIES.find(({ id }) => id === value.id);
  if (!one) return undefined;
  const { fault } = value;
  const isFault = isRecord(fault) && typeof fault.number === 'number' && typeof fault.untilMs === 'number';
  return { id: one.id, cartId: value.cartId, ...(isFault && { fault: fault as Fault }) };
}
