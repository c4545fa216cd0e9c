/** The emulator's control routes: what Kustom knows, and what a test may make it do. */

import { expect } from 'vitest';

export type KustomOrder = {
  order_id: string;
  state: 'open' | 'aborted' | 'expired' | 'complete';
  order_amount: number;
  acknowledged_at: string | null;
  /** What order management knows, once the order is bought. */
  management?: {
    status: string;
    merchant_reference1?: string;
    merchant_reference2?: string;
    captured_amount: number;
    refunded_amount: number;
    remaining_authorized_amount: number;
    customer?: Record<string, unknown>;
    billing_address?: Record<string, unknown>;
  };
};

/** One request that the emulator was sent, and how it answered. */
export type KustomExchange = {
  request: { method: string; path: string };
  response: { status: number };
};

export type Emulator = {
  order: (orderId: string) => Promise<KustomOrder>;
  orders: () => Promise<KustomOrder[]>;
  /** What it was asked, oldest first. */
  requests: () => Promise<KustomExchange[]>;
  pay: (orderId: string, outcome: 'approved' | 'pending' | 'rejected') => Promise<unknown>;
  /** Forgets an order that nobody has bought, as Kustom does after two days. */
  expire: (orderId: string) => Promise<unknown>;
  advanceClock: (seconds: number) => Promise<unknown>;
  /** Makes the next call that fits go wrong. */
  addFault: (rule: FaultRule) => Promise<unknown>;
};

export type FaultRule = { method: string; path: string; effect: string; times?: number };

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
    requests: async () => list(await get('requests'), 'requests') as KustomExchange[],
    pay: (orderId, outcome) => post(`orders/${orderId}/pay`, { outcome }),
    expire: (orderId) => post(`orders/${orderId}/expire`, {}),
    advanceClock: (seconds) => post('clock/advance', { seconds }),
    addFault: (rule) => post('faults', rule),
  };
}

/** The merchant's server tells Kustom in its own time: waits until Kustom has heard of the order and its number. */
export async function expectHeardOf(emulator: Emulator, orderId: string, orderNumber: string): Promise<void> {
  const heard = async () => {
    const order = await emulator.order(orderId);
    return { acknowledged: order.acknowledged_at !== null, number: order.management?.merchant_reference2 };
  };
  await expect.poll(heard).toEqual({ acknowledged: true, number: orderNumber });
}

/** How often the merchant's server acknowledged this order: more than once means two purchases were made of it. */
export async function countAcknowledges(emulator: Emulator, orderId: string): Promise<number> {
  const requests = await emulator.requests();
  const paths = requests.map(({ request }) => request.path);
  return paths.filter((path) => path.includes(orderId) && path.endsWith('/acknowledge')).length;
}

async function ask(url: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${init?.method ?? 'GET'} ${url}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

function list(answer: unknown, name: string): unknown[] {
  const inside = (answer as Record<string, unknown> | undefined)?.[name];
  if (Array.isArray(inside)) return inside;
  throw new Error(`the emulator sent no list of ${name}: ${JSON.stringify(answer)}`);
}
