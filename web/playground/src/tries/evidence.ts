/** What can be read off a timeline: each sign is one thing that has happened. Pure, and the same for every try. */
import type { Entry } from '../timeline/entry';

/** `partner` is the request that an answer answers, and the answer that a request got so far. */
export type Sign = (entry: Entry, partner: Entry | undefined) => boolean;

/** The shop's page has its form: Kassa has opened an order at Kustom, or found the open one. */
export const checkoutOpened: Sign = (entry, request) =>
  isGoodAnswer(entry) && isFrom(request, 'storefront', 'POST', /\/payment\/kustom$/);

/** Dated by its request: what follows from the change may be told before the change is answered. */
export const cartChanged: Sign = (entry, answer) =>
  isFrom(entry, 'storefront', 'POST', /\/(set-quantity|add-item|remove-item|add-coupon|remove-coupon)/) &&
  answer !== undefined &&
  isGoodAnswer(answer);

/** Kustom should hold something else than it holds. */
export const hashesDiffer: Sign = ({ detail: { pendingHash, syncHash } }) =>
  pendingHash !== undefined && pendingHash !== syncHash;

export const hashesEqual: Sign = ({ detail: { pendingHash, syncHash } }) =>
  pendingHash !== undefined && pendingHash === syncHash;

export const kustomTold: Sign = (entry, request) =>
  isGoodAnswer(entry) && isFrom(request, 'kustom-call', 'POST', /\/checkout\/v3\/orders\/[^/]+$/);

export const kustomFailed: Sign = (entry, request) =>
  entry.kind === 'answer' &&
  request?.detail.role === 'kustom-call' &&
  (entry.detail.failure !== undefined || (entry.detail.status ?? 0) >= 429);

/** Kustom has asked before it takes money, and was told yes. */
export const paymentAllowed: Sign = (entry, request) =>
  isGoodAnswer(entry) && isFrom(request, 'callback', 'POST', /\/validate$/);

export const pushArrived: Sign = (entry) => isPush(entry) && !isAboutVerdict(entry);

/** Kustom's decision about a purchase that it has examined comes to the same address, and says what it is. */
export const verdictArrived: Sign = (entry, request) =>
  isGoodAnswer(entry) && request !== undefined && isPush(request) && isAboutVerdict(request);

export const acknowledged: Sign = (entry, request) =>
  isGoodAnswer(entry) && isFrom(request, 'kustom-call', 'POST', /\/acknowledge$/);

export const orderPlaced: Sign = ({ kind, detail }) =>
  kind === 'state' && detail.what === 'order' && detail.to === 'placed';

export const paymentDeclined: Sign = ({ detail }) => detail.event === 'can_not_complete_order';

/** A state that this page or the server has told. */
export function became(what: string, to: string): Sign {
  return ({ kind, detail }) => kind === 'state' && detail.what === what && detail.to === to;
}

export function countOf(entries: readonly Entry[], sign: Sign): number {
  const partnerOf = partnersIn(entries);
  return entries.filter((entry) => sign(entry, partnerOf(entry))).length;
}

/** The request of an answer and the answer of a request, by the exchange that they share. */
export function partnersIn(entries: readonly Entry[]): (entry: Entry) => Entry | undefined {
  const ofKind = (wanted: Entry['kind']) =>
    new Map(entries.filter(({ kind }) => kind === wanted).map((entry) => [entry.exchange, entry]));
  const partners = { request: ofKind('answer'), answer: ofKind('request') };
  return ({ kind, exchange }) =>
    exchange !== undefined && (kind === 'request' || kind === 'answer')
      ? partners[kind].get(exchange)
      : undefined;
}

function isPush(entry: Entry): boolean {
  return isFrom(entry, 'callback', 'POST', /\/webhook\/push/);
}

function isAboutVerdict({ detail }: Entry): boolean {
  // What it says is masked where it was recorded; a push of a purchase has no such member.
  return /[?&]event=/.test(detail.url ?? '');
}

function isGoodAnswer({ kind, detail }: Entry): boolean {
  return kind === 'answer' && detail.status !== undefined && detail.status < 300;
}

function isFrom(entry: Entry | undefined, role: string, method: string, path: RegExp): boolean {
  if (entry?.kind !== 'request' || entry.detail.role !== role || entry.detail.method !== method) return false;
  return path.test((entry.detail.url ?? '').replace(/\?.*$/, ''));
}
