/** Which page this is. Every link is a real navigation: Kustom's script wants a fresh page for each checkout. */
import { showCheckout } from './pages/checkout';
import { showConfirmation } from './pages/confirmation';
import { showShop } from './pages/shop';
import { showTerms } from './pages/terms';
import { takeReturn } from './return';
import { type PageName, scene } from './scene';

const PAGES: Record<string, (root: HTMLElement) => unknown> = {
  '/checkout': (root) => showCheckout(root, new URLSearchParams(location.search).get('cart')),
  '/confirmation': (root) => showConfirmation(root, takeReturn()),
  '/terms': showTerms,
};

const root = document.getElementById('app');
scene.set({ page: pageName(), ...(cartInAddress() && { cartId: cartInAddress() }) });
const show = PAGES[location.pathname.replace(/\/$/, '')] ?? showShop;
if (root) show(root);

// A page brought back by the back button is as old as when it was left: its cart may be paid for by now.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

function pageName(): PageName {
  const name = location.pathname.split('/')[1];
  return name === 'checkout' || name === 'confirmation' || name === 'terms' ? name : 'shop';
}

function cartInAddress(): string | undefined {
  return new URLSearchParams(location.search).get('cart') ?? undefined;
}
