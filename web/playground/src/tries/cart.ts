/** A cart of its own for every try, so that its timeline has nothing else in it. */
import { isRecord } from '../timeline/entry';

const CARTS = '/ingress/commerce/carts';
const PROFILE = 'se-webshop';
/** Kustom's form speaks the language of the instructions. */
const LOCALE = 'en-SE';
const PRODUCT = 'BOOK-001';

export async function fillNewCart(): Promise<string> {
  const cart = await ask(CARTS, { profileKey: PROFILE, locale: LOCALE });
  const cartId = isRecord(cart) ? cart.cartId : undefined;
  if (typeof cartId !== 'string') throw new Error('The server made no cart.');
  await ask(`${CARTS}/${cartId}/add-item`, { productNumber: PRODUCT, quantity: 1 });
  return cartId;
}

export async function kustomOrderOf(cartId: string): Promise<string> {
  const cart = await ask(`${CARTS}/${encodeURIComponent(cartId)}`);
  const id = isRecord(cart) && isRecord(cart.fields) ? cart.fields.kustomOrderId : undefined;
  if (typeof id === 'string') return id;
  throw new Error('This cart has no order at Kustom yet.');
}

export function checkoutOf(cartId: string): string {
  return `/checkout?cart=${encodeURIComponent(cartId)}`;
}

async function ask(url: string, body?: unknown): Promise<unknown> {
  const init = body && {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await fetch(url, init || undefined);
  if (response.ok) return response.json();
  throw new Error(`The server answered ${response.status}.`);
}
