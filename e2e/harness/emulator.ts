/** The emulator's control routes: what Kustom knows, and what a test may make it do. */

export type KustomOrder = {
  order_id: string;
  status: string;
  order_amount: number;
  merchant_reference1?: string;
  merchant_reference2?: string;
  [key: string]: unknown;
};

export type KustomRequest = { method: string; path: string; status?: number; [key: string]: unknown };

export type Emulator = {
  order: (orderId: string) => Promise<KustomOrder>;
  orders: () => Promise<KustomOrder[]>;
  /** What it was asked, oldest first. */
  requests: () => Promise<KustomRequest[]>;
  pay: (orderId: string, outcome: 'approved' | 'pending' | 'rejected') => Promise<unknown>;
  advanceClock: (seconds: number) => Promise<unknown>;
};

export function createEmulator(url: string): Emulator {
  const get = (path: string) => ask(`${url}/_emulator/${path}`);
  const post = (path: string, body: unknown) =>
    ask(`${url}/_emulator/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  return {
    order: async (orderId) => (await get(`orders/${orderId}`)) as KustomOrder,
    orders: async () => list(await get('orders'), 'orders') as KustomOrder[],
    requests: async () => list(await get('requests'), 'requests') as KustomRequest[],
    pay: (orderId, outcome) => post(`orders/${orderId}/pay`, { outcome }),
    advanceClock: (seconds) => post('clock/advance', { seconds }),
  };
}

export function isAcknowledged(order: KustomOrder): boolean {
  return order.acknowledged === true || typeof order.acknowledged_at === 'string';
}

/** How often the merchant's server acknowledged this order: more than once means two purchases were made of it. */
export async function countAcknowledges(emulator: Emulator, orderId: string): Promise<number> {
  const requests = await emulator.requests();
  return requests.filter(({ path }) => path.includes(orderId) && path.endsWith('/acknowledge')).length;
}

async function ask(url: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${init?.method ?? 'GET'} ${url}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

function list(answer: unknown, name: string): unknown[] {
  if (Array.isArray(answer)) return answer;
  const inside = (answer as Record<string, unknown> | undefined)?.[name];
  if (Array.isArray(inside)) return inside;
  throw new Error(`the emulator sent no list of ${name}: ${JSON.stringify(answer)}`);
}
