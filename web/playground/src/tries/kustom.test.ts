import { expect, test } from 'vitest';
import { createKustomControl } from './kustom';

type Call = { url: string; method: string; body: unknown };

function control(answer: (call: Call) => { status?: number; body?: unknown } = () => ({})) {
  const calls: Call[] = [];
  const fetchFrom = (async (url: string, init: RequestInit = {}) => {
    if (url === '/_kassa/dev') return Response.json({ emulator: 'http://emulator' });
    const call = { url, method: init.method ?? 'GET', body: init.body && JSON.parse(String(init.body)) };
    calls.push(call);
    const { status = 200, body = {} } = answer(call);
    return Response.json(body, { status });
  }) as typeof fetch;
  return { kustom: createKustomControl(fetchFrom), calls };
}

test('losing Kustom adds a rule for ever, whose number ends it', async () => {
  const { kustom, calls } = control(() => ({ body: { faults: [{ number: 1 }, { number: 4 }] } }));
  const number = await kustom.loseAll();
  await kustom.mend(number);
  expect(number).toBe(4);
  expect(calls).toMatchObject([
    { url: 'http://emulator/_emulator/faults', body: { effect: 'reset', times: null } },
    { url: 'http://emulator/_emulator/faults/4', method: 'DELETE' },
  ]);
});

test('a rule that somebody else has removed is no problem, anything else is', async () => {
  await control(() => ({ status: 404 })).kustom.mend(4);
  await expect(control(() => ({ status: 500 })).kustom.mend(4)).rejects.toThrow('500');
});

test('without an emulator the visitor is told', async () => {
  const kustom = createKustomControl((async () => Response.json({})) as typeof fetch);
  await expect(kustom.advance(1)).rejects.toThrow('kassa dev');
});
