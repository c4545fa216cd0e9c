/**
 * The documented integration, on a page that shares nothing with the server.
 *
 * The steps are the guide's: init, render, suspend or resume at every update, confirm on return, completion by
 * the event stream. It listens to `onUpdate` alone for completion, as the guide does. Do not improve it: the
 * story is that the published sample works as it is.
 */
import { type Cart, createCartClient } from '@hantera/storefront-sdk/cart';

type Kustom = { suspend: () => void; resume: () => void };
declare global {
  interface Window {
    _klarnaCheckout?: (callback: (api: Kustom) => void) => void;
  }
}

const parameters = new URLSearchParams(location.search);
const baseUrl = parameters.get('api') ?? sessionStorage.getItem('api') ?? '';
sessionStorage.setItem('api', baseUrl);
const client = createCartClient({ baseUrl });
const status = element('status');

const cartId = parameters.get('cart') ?? (await startCart());

if (isRedirectCallback()) void confirmWithKustom();
else await openCheckout();
listen();

async function startCart(): Promise<string> {
  const created = await client.createCart({ profileKey: 'se-webshop', locale: 'sv_SE' });
  await client.addItem(created.cartId, { productNumber: 'SH005-BLK-10', quantity: 1 });
  return created.cartId;
}

function isRedirectCallback(): boolean {
  return parameters.get('redirect_status') === 'succeeded' && parameters.get('cart') === cartId;
}

async function openCheckout(): Promise<void> {
  const origin = location.origin;
  const response = await fetch(`${baseUrl}/ingress/commerce/carts/${cartId}/payment/kustom`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      termsUrl: `${origin}/terms`,
      checkoutUrl: `${origin}/checkout`,
      confirmationUrl: `${origin}/confirmation?redirect_status=succeeded&cart=${cartId}`,
    }),
  });
  const { htmlSnippet } = await response.json();
  const container = element('kustom-checkout');
  container.innerHTML = htmlSnippet;
  for (const old of container.querySelectorAll('script')) {
    const script = document.createElement('script');
    for (const { name, value } of old.attributes) script.setAttribute(name, value);
    script.textContent = old.textContent;
    old.parentNode?.replaceChild(script, old);
  }
}

function isKustomSyncing(cart: Cart): boolean {
  const pending = cart.fields?.kustomPendingHash;
  return pending != null && pending !== cart.fields?.kustomSyncHash;
}

function listen(): void {
  const eventSource = client.subscribeToCartEvents(cartId, {
    onInit: () => {
      status.dataset.stream = 'init';
    },
    onUpdate: (cart) => {
      window._klarnaCheckout?.((api) => {
        isKustomSyncing(cart) ? api.suspend() : api.resume();
      });
      if (cart.cartState !== 'completed') return;
      eventSource.close();
      element('order').textContent = cart.orderNumber;
    },
  });
}

async function confirmWithKustom(attempt = 1): Promise<void> {
  const waits = [0, 1000, 2000, 4000, 8000];
  try {
    const url = `${baseUrl}/ingress/commerce/carts/${cartId}/payment/kustom/confirm`;
    const data = await (await fetch(url, { method: 'POST' })).json();
    if (data?.status === 'checkout_complete') return;
  } catch {
    // As in the guide: a lost answer is asked for again.
  }
  if (attempt >= 5) return;
  await new Promise((resolve) => setTimeout(resolve, waits[attempt] ?? 4000));
  return confirmWithKustom(attempt + 1);
}

element('more').addEventListener('click', async () => {
  const cart = await client.getCart(cartId);
  if ('errors' in cart || !cart.items[0]) return;
  const { cartItemId, quantity } = cart.items[0];
  await client.setQuantity(cartId, { cartItemId, quantity: quantity + 1 });
});

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
}
