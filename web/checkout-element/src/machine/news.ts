/**
 * News of the cart: what they mean, and whether they are news at all.
 *
 * Carts arrive on two roads, the event stream and the answers to changes, and neither waits for the other. Hashes
 * never repeat while a cart has the same Kustom order, so a cart with a hash that was replaced before is an old one.
 */
import type { CartNews, CheckoutEvent, CheckoutState } from './state.js';

/** More replaced hashes than a slow answer can outlive. An older one would only cost a moment's suspension. */
const REMEMBERED = 32;

export function isInSync({ wanted, held }: CartNews): boolean {
  return wanted === undefined || wanted === held;
}

function isOld(state: CheckoutState, news: CartNews): boolean {
  return marksOf(news).some((mark) => state.passed.includes(mark));
}

/** Whether a cart is to be believed. A completed one always is: nothing comes after. */
export function isNews(
  state: CheckoutState,
  { news, isCertain }: Extract<CheckoutEvent, { type: 'cart' }>,
): boolean {
  return isCertain || news.isCompleted || !isOld(state, news);
}

/** The state with these news in it, and what they replace marked as passed. */
export function withNews(state: CheckoutState, news: CartNews): CheckoutState {
  const before = state.news ? marksOf(state.news) : [];
  const now = marksOf(news);
  const passed = [...state.passed, ...before].filter((mark) => !now.includes(mark));
  const isNewOrder = state.news?.order !== news.order;
  // Another order begins with other hashes; only that the earlier one is over is worth keeping.
  const kept = isNewOrder ? passed.filter((mark) => mark.startsWith('order ')) : passed;
  return { ...state, news, isUnsure: false, passed: kept.slice(-REMEMBERED) };
}

/** The cart had the iframe's order and has it no more: Kustom has forgotten it, and would refuse a payment. */
export function hasLeftOrder(state: CheckoutState): boolean {
  return state.openOrder !== undefined && state.news?.order !== state.openOrder;
}

function marksOf({ order, wanted, held }: CartNews): string[] {
  return [`order ${order}`, `wanted ${wanted}`, `held ${held}`];
}
