import { describe, expect, test } from 'vitest';
import { confirmPatiently, openPatiently } from './patience.js';
import type { ConfirmAnswer, OpenAnswer, Refusal } from './payment.js';

const PASSING: Refusal = { code: 'KUSTOM_UNAVAILABLE', message: '', isPassing: true };
const FINAL: Refusal = { code: 'EMPTY_CART', message: '', isPassing: false };
const SNIPPET: OpenAnswer = { htmlSnippet: '<div></div>' };
const UNCLEAR: ConfirmAnswer = { status: 'checkout_incomplete', reason: 'undefined' };
const COMPLETE: ConfirmAnswer = { status: 'checkout_complete', reason: 'undefined' };

/** Answers from the list, the last one for ever, and notes the pauses in between. */
function script<Answer>(answers: readonly Answer[]) {
  const waits: number[] = [];
  let asked = 0;
  return {
    waits,
    asked: () => asked,
    ask: async () => {
      const answer = answers[Math.min(asked, answers.length - 1)] as Answer;
      asked += 1;
      return answer;
    },
    wait: async (ms: number) => void waits.push(ms),
  };
}

function confirm(answers: readonly ConfirmAnswer[], abortAfter = Number.POSITIVE_INFINITY) {
  const play = script(answers);
  const life = new AbortController();
  const notes: string[] = [];
  const ask = async () => {
    if (play.asked() >= abortAfter) life.abort();
    return play.ask();
  };
  const onNote = (note: string) => void notes.push(note);
  const outcome = confirmPatiently({ ask, wait: play.wait, signal: life.signal, onNote });
  return outcome.then((outcome) => ({ outcome, notes, waits: play.waits, asked: play.asked() }));
}

describe('opening', () => {
  const open = async (...answers: OpenAnswer[]) => {
    const play = script(answers);
    const answer = await openPatiently(play.ask, play.wait, new AbortController().signal);
    return { answer, waits: play.waits };
  };

  test('is tried again for a few seconds while the trouble may pass', async () => {
    const passing = { refusal: PASSING };
    expect(await open(passing, passing, SNIPPET)).toEqual({ answer: SNIPPET, waits: [1000, 2000] });
    expect(await open(passing)).toEqual({ answer: passing, waits: [1000, 2000, 4000] });
  });
  test('takes a refusal for what it is', async () => {
    expect(await open({ refusal: FINAL })).toEqual({ answer: { refusal: FINAL }, waits: [] });
  });
  test('that is no longer wanted has no answer', async () => {
    const life = new AbortController();
    life.abort();
    expect(
      await openPatiently(
        async () => SNIPPET,
        async () => {},
        life.signal,
      ),
    ).toBeUndefined();
  });
});

describe('confirming', () => {
  test('that succeeds at once waits for nothing', async () => {
    expect(await confirm([COMPLETE])).toEqual({ outcome: 'complete', notes: [], waits: [], asked: 1 });
  });
  test('waits longer each time, and says so after a quarter of a minute', async () => {
    const answers = [...Array<ConfirmAnswer>(6).fill(UNCLEAR), COMPLETE];
    expect(await confirm(answers)).toEqual({
      outcome: 'complete',
      notes: ['slow'],
      waits: [1000, 2000, 4000, 8000, 15_000, 15_000],
      asked: 7,
    });
  });
  test('takes passing trouble for no answer', async () => {
    expect((await confirm([{ refusal: PASSING }, COMPLETE])).outcome).toBe('complete');
  });
  test('stops asking after ten minutes, and when the order has come', async () => {
    const { outcome, waits } = await confirm([UNCLEAR]);
    expect(outcome).toBe('over');
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(615_000);
    expect((await confirm([UNCLEAR], 2)).asked).toBe(3);
  });
  test('ends where asking again cannot help', async () => {
    const declined = { status: 'checkout_incomplete', reason: 'declined' };
    const inReview = { status: 'checkout_incomplete', reason: 'in_review' };
    expect((await confirm([declined])).outcome).toEqual({ code: 'DECLINED', wayOut: 'checkout' });
    expect(await confirm([inReview])).toMatchObject({ outcome: 'over', notes: ['review'] });
    const unknown: Refusal = { code: 'NO_KUSTOM_ORDER', message: 'None.', isPassing: false };
    const problem = { code: 'NO_KUSTOM_ORDER', message: 'None.', wayOut: 'checkout' };
    expect((await confirm([{ refusal: unknown }])).outcome).toEqual(problem);
  });
});
