/** Short words for narrow rows, and whole sentences for those who hear the list read. */
import type { Entry, Lane } from './entry';
import type { Row } from './rows';

export const LANE_NAMES: Record<Lane, string> = { browser: 'Browser', kassa: 'Kassa', kustom: 'Kustom' };

/** Long ids say nothing in a picture. The details have them whole. */
const LONG_ID = /[0-9a-f]{8}-[0-9a-f-]{27}|[A-Za-z0-9_-]{28,}/g;

export function shortTitle(entry: Entry): string {
  if (entry.kind !== 'request') return entry.title;
  return entry.title
    .replace(/https?:\/\/[^/\s]+/, '')
    .replace('/ingress/commerce/carts/{cartId}', '…')
    .replace('/ingress/commerce', '…')
    .replace('/ordermanagement/v1/orders', '…')
    .replace('/ingress/kustom', '…')
    .replace(/\?.*$/, '')
    .replace(LONG_ID, '{id}')
    .replace(/…$/, 'cart');
}

export function duration(ms: number): string {
  if (ms < 1) return '<1 ms';
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

/** What a row says, for a screen reader. */
export function sentence(row: Row): string {
  const { entry } = row;
  const way =
    entry.from === entry.to ? LANE_NAMES[entry.from] : `${LANE_NAMES[entry.from]} to ${LANE_NAMES[entry.to]}`;
  return `${way}: ${shortTitle(entry)}${ending(row)}`;
}

function ending({ entry, partner, durationMs, isWaiting }: Row): string {
  if (isWaiting) return ', no answer yet';
  if (durationMs === undefined) return '';
  if (entry.kind === 'answer') return ` after ${duration(durationMs)}`;
  return `, answered ${partner?.title ?? ''} after ${duration(durationMs)}`;
}

export function clockTime(atMs: number): string {
  return new Date(atMs).toLocaleTimeString('sv-SE');
}

/** A request that went wrong, for its colour. */
export function isTrouble(entry: Entry): boolean {
  const { status, failure, to, stage } = entry.detail;
  if (entry.kind === 'answer') return failure !== undefined || (status ?? 0) >= 400;
  return (entry.kind === 'job' && stage === 'again') || to === 'failed' || to === 'lost' || to === 'review';
}
