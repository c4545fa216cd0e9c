/** Entries for tests, with everything that a test does not speak of filled in. */
import { type Entry, readEntry } from './entry';

export type Told = Partial<Omit<Entry, 'detail'>> & { detail?: Record<string, unknown> };

/** Numbers and times as a server would have given them: in order, a tenth of a second apart. */
export function told(...entries: Told[]): Entry[] {
  return entries.map((entry, index) => {
    const sequence = entry.sequence ?? index + 1;
    const at = entry.at ?? new Date(Date.UTC(2026, 10, 26, 18, 40) + sequence * 100).toISOString();
    const whole = readEntry({
      from: 'kassa',
      to: 'kassa',
      kind: 'state',
      title: 'x',
      detail: {},
      ...entry,
      sequence,
      at,
    });
    if (!whole) throw new Error(`not an entry: ${JSON.stringify(entry)}`);
    return whole;
  });
}

/** A request of the shop and its answer. */
export function shopExchange(exchange: number, method: string, path: string, status = 200): [Told, Told] {
  const url = `/ingress/commerce/carts/{cartId}${path}`;
  return [
    {
      from: 'browser',
      to: 'kassa',
      kind: 'request',
      exchange,
      title: `${method} ${url}`,
      detail: { method, url, headers: {}, role: 'storefront' },
    },
    {
      from: 'kassa',
      to: 'browser',
      kind: 'answer',
      exchange,
      title: `${status}`,
      detail: { status, durationMs: 12 },
    },
  ];
}

/** What Kassa asks Kustom. */
export function kustomExchange(exchange: number, method: string, path: string, status = 200): [Told, Told] {
  const [request, answer] = shopExchange(exchange, method, '', status);
  const url = `http://127.0.0.1:3301${path}`;
  const detail = { method, url, headers: { authorization: '***' }, role: 'kustom-call' };
  return [
    { ...request, from: 'kassa', to: 'kustom', title: `${method} ${path}`, detail },
    { ...answer, from: 'kustom', to: 'kassa' },
  ];
}

/** What Kustom asks Kassa. */
export function callback(exchange: number, path: string, status = 200): [Told, Told] {
  const [request, answer] = shopExchange(exchange, 'POST', '', status);
  const url = `/ingress/kustom${path}`;
  const detail = { method: 'POST', url, headers: {}, role: 'callback' };
  return [
    { ...request, from: 'kustom', to: 'kassa', title: `POST ${url}`, detail },
    { ...answer, from: 'kassa', to: 'kustom' },
  ];
}
