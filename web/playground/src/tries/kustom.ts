/** The emulator's control routes, as far as a try needs them: what Kustom and its shoppers do of their own accord. */
import { isRecord } from '../timeline/entry';

export type KustomControl = {
  /** Every call of Kassa's is lost from now on. Answers the number by which that ends. */
  loseAll: () => Promise<number>;
  /** Ends it. What has ended already is no problem. */
  mend: (fault: number) => Promise<void>;
  advance: (seconds: number) => Promise<void>;
  accept: (kustomOrderId: string) => Promise<void>;
};

/** As when the network between the two is cut: the connection breaks, and nobody can tell whether the call was heard. */
const LOSE_ALL = { method: '*', path: '*', effect: 'reset', times: null };

export function createKustomControl(fetchFrom: typeof fetch = fetch): KustomControl {
  let address: Promise<string> | undefined;
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    address ??= emulatorAddress(fetchFrom);
    const response = await fetchFrom(`${await address}/_emulator/${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    if (response.ok) return response.json().catch(() => undefined);
    throw new Error(`The emulator answered ${response.status} to ${method} ${path}.`);
  };
  return {
    loseAll: async () => numberOfNewest(await ask('POST', 'faults', LOSE_ALL)),
    mend: async (fault) => {
      await ask('DELETE', `faults/${fault}`).catch((problem: Error) => {
        if (!problem.message.includes('404')) throw problem;
      });
    },
    advance: async (seconds) => void (await ask('POST', 'clock/advance', { seconds })),
    accept: async (id) =>
      void (await ask('POST', `orders/${encodeURIComponent(id)}/decide`, { decision: 'accepted' })),
  };
}

async function emulatorAddress(fetchFrom: typeof fetch): Promise<string> {
  const answer: unknown = await (await fetchFrom('/_kassa/dev')).json();
  if (isRecord(answer) && typeof answer.emulator === 'string') return answer.emulator;
  throw new Error('This server has no emulator beside it. `kassa dev` has.');
}

/** All rules are answered, in the order in which they were added. */
function numberOfNewest(answer: unknown): number {
  const faults = isRecord(answer) && Array.isArray(answer.faults) ? (answer.faults as unknown[]) : [];
  const newest = faults.at(-1);
  if (isRecord(newest) && typeof newest.number === 'number') return newest.number;
  throw new Error('The emulator did not say which rule it has added.');
}
