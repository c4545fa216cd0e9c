/**
 * The return from Kustom, read from the address once.
 *
 * The parameters leave the address bar, so that a copied link or a reload tells nobody about a payment, but the
 * history entry keeps the cart: the same page reloaded still knows which purchase it is about.
 */
export type Return = { cartId: string };

export function takeReturn(): Return | undefined {
  const parameters = new URLSearchParams(location.search);
  const cartId = parameters.get('cart');
  if (!cartId) return (history.state as { returned?: Return } | null)?.returned;
  const returned = { cartId };
  history.replaceState({ returned }, '', location.pathname);
  return returned;
}
