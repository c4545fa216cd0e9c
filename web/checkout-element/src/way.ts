/**
 * The way there and the way back, told apart by the address alone: a phone that pays in its bank's app may come back
 * in another browser, which remembers nothing.
 */
import type { CheckoutUrls } from './payment.js';

export type Way = { readonly cartId: string | undefined; readonly isBack: boolean };

/** On the way back the address is right about the cart: a page that remembers nothing may have begun another one. */
export function readWay(address: string, cartId: string | undefined): Way {
  const query = new URL(address).searchParams;
  const inAddress = query.get('cart') || undefined;
  const isBack = query.get('redirect_status') === 'succeeded' && inAddress !== undefined;
  return { cartId: isBack ? inAddress : (cartId ?? inAddress), isBack };
}

export type GivenUrls = { readonly [Name in keyof CheckoutUrls]: string | undefined };

/** What is not given is this page, told apart by its query: Kustom refuses addresses that are the same. */
export function checkoutUrls(here: string, cartId: string, given: GivenUrls): CheckoutUrls {
  const page = new URL(here);
  page.hash = '';
  for (const name of ['cart', 'redirect_status']) page.searchParams.delete(name);
  const full = (url = page.href, query: Record<string, string> = {}) => {
    try {
      return withQuery(new URL(url, here), query);
    } catch {
      // Not an address. The server says what is wrong with it.
      return url;
    }
  };
  return {
    termsUrl: given.termsUrl === undefined ? '' : full(given.termsUrl),
    checkoutUrl: full(given.checkoutUrl, { cart: cartId }),
    confirmationUrl: full(given.confirmationUrl, { redirect_status: 'succeeded', cart: cartId }),
  };
}

/** By hand, because `searchParams` would encode the braces of Kustom's `{checkout.order.id}`. */
function withQuery(url: URL, query: Record<string, string>): string {
  const missing = Object.entries(query).filter(([name, value]) => url.searchParams.get(name) !== value);
  const added = missing.map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const copy = new URL(url);
  // Ours come first, so that they count where the shop has others of these names.
  copy.search = [...added, copy.search.slice(1)].filter(Boolean).join('&');
  return copy.href;
}
