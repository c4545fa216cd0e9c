/** One line of a cart's timeline, as the server tells it or as this page has seen it. */

export const LANES = ['browser', 'kassa', 'kustom'] as const;
export const KINDS = ['request', 'answer', 'event', 'hash', 'state', 'job'] as const;

export type Lane = (typeof LANES)[number];
export type Kind = (typeof KINDS)[number];
export type Headers = Readonly<Record<string, string>>;

/** What is known besides the title. Which members there are depends on the kind. */
export type Detail = {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Headers;
  readonly body?: string;
  readonly role?: string;
  readonly status?: number;
  readonly failure?: string;
  readonly durationMs?: number;
  readonly event?: string;
  readonly version?: number;
  readonly pendingHash?: string;
  readonly syncHash?: string;
  readonly previousPendingHash?: string;
  readonly previousSyncHash?: string;
  readonly what?: string;
  readonly from?: string;
  readonly to?: string;
  readonly job?: string;
  readonly stage?: string;
} & Readonly<Record<string, unknown>>;

export type Entry = {
  /** Unique among all entries of a cart, whoever has told them. */
  readonly key: string;
  /** Only of the server's: ascending, and what a new connection asks for. */
  readonly sequence?: number;
  readonly at: string;
  readonly atMs: number;
  readonly from: Lane;
  readonly to: Lane;
  readonly kind: Kind;
  readonly exchange?: number;
  readonly title: string;
  readonly detail: Detail;
};

/** What came over the network is an entry only if everything that is drawn is there. */
export function readEntry(value: unknown): Entry | undefined {
  if (!isRecord(value)) return undefined;
  const { sequence, at, from, to, kind, exchange, title, detail } = value;
  const atMs = Date.parse(String(at));
  if (!Number.isSafeInteger(sequence) || Number.isNaN(atMs) || typeof title !== 'string') return undefined;
  if (!isOneOf(LANES, from) || !isOneOf(LANES, to) || !isOneOf(KINDS, kind)) return undefined;
  return {
    key: `server-${sequence}`,
    sequence: sequence as number,
    at: String(at),
    atMs,
    from,
    to,
    kind,
    ...(typeof exchange === 'number' && { exchange }),
    title,
    detail: isRecord(detail) ? (detail as Detail) : {},
  };
}

/** What this page has seen by itself. `number` counts them. */
export function pageEntry(
  number: number,
  atMs: number,
  what: Pick<Entry, 'from' | 'to' | 'kind' | 'title' | 'detail'>,
): Entry {
  return { key: `page-${atMs}-${number}`, at: new Date(atMs).toISOString(), atMs, ...what };
}

export function isOfPage(entry: Entry): boolean {
  return entry.sequence === undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOneOf<T extends string>(all: readonly T[], value: unknown): value is T {
  return all.includes(value as T);
}
