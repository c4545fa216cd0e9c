import { expect, test } from 'vitest';
import type { ConfirmAnswer } from './api';
import { confirmUntilComplete } from './confirm';

function check(answers: (ConfirmAnswer | Error)[]) {
  const waits: number[] = [];
  const confirm = async () => {
    const answer = answers.shift() ?? { status: 'checkout_incomplete' };
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const wait = async (ms: number) => void waits.push(ms);
  return confirmUntilComplete(confirm, wait, new AbortController().signal).then((outcome) => ({
    outcome,
    waits,
  }));
}

test('a finished purchase is asked about once, at once', async () => {
  const { outcome, waits } = await check([{ status: 'checkout_complete' }]);
  expect(outcome).toEqual({ kind: 'complete' });
  expect(waits).toEqual([0]);
});

test('an unfinished purchase and a lost connection are asked again, more and more slowly', async () => {
  const { outcome, waits } = await check([
    { status: 'checkout_incomplete' },
    new TypeError('Failed to fetch'),
    { status: 'checkout_incomplete' },
    { status: 'checkout_complete' },
  ]);
  expect(outcome).toEqual({ kind: 'complete' });
  expect(waits).toEqual([0, 1_000, 2_000, 4_000]);
});

test('a purchase that was declined afterwards is not asked about any more', async () => {
  const { outcome } = await check([
    { status: 'checkout_incomplete' },
    { status: 'checkout_incomplete', reason: 'in_review' },
    { status: 'checkout_incomplete', reason: 'declined' },
  ]);
  expect(outcome.kind).toBe('refused');
});

test('a refusal stops at once and keeps its message', async () => {
  const { outcome, waits } = await check([{ problem: 'The cart has no Kustom order.' }]);
  expect(outcome).toEqual({ kind: 'refused', message: 'The cart has no Kustom order.' });
  expect(waits).toHaveLength(1);
});

test('it gives up in the end', async () => {
  const { outcome, waits } = await check([]);
  expect(outcome).toEqual({ kind: 'gave_up' });
  expect(waits).toHaveLength(45);
});

test('it stops asking when the cart is completed by somebody else', async () => {
  const stop = new AbortController();
  let asked = 0;
  const outcome = await confirmUntilComplete(
    async () => {
      asked += 1;
      stop.abort();
      return { status: 'checkout_incomplete' };
    },
    async () => {},
    stop.signal,
  );
  expect(outcome).toEqual({ kind: 'gave_up' });
  expect(asked).toBe(1);
});
