/** Which page this is. Every link is a real navigation: Kustom's script wants a fresh page for each checkout. */

import { showShop } from './pages/shop';
import { type PageName, scene } from './scene';

const name = pageName(location.pathname);
const cartId = new URLSearchParams(location.search).get('cart') ?? undefined;
scene.set({ page: name, ...(cartId && { cartId }) });

const root = document.getElementById('app');
if (root) void showPage(root);

/** The shop is what most people see first, so it is in the first script; the others come when they are needed. */
async function showPage(place: HTMLElement): Promise<void> {
  const pages: Record<PageName, () => Promise<unknown> | undefined> = {
    shop: () => void showShop(place),
    checkout: async () => (await import('./pages/checkout')).showCheckout(place, cartId),
    confirmation: async () => (await import('./pages/confirmation')).showConfirmation(place),
    orders: async () => (await import('./pages/orders')).showOrders(place),
    terms: async () => (await import('./pages/terms')).showTerms(place),
  };
  await pages[name]();
}

function pageName(path: string): PageName {
  const page = path.replace(/\/+$/, '').slice(1);
  return page === 'checkout' || page === 'confirmation' || page === 'orders' || page === 'terms'
    ? page
    : 'shop';
}
