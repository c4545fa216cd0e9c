/** A shop of one cart that answers what it is told to, for tests of a checkout without server and browser. */

import { vi } from 'vitest';
import type { Cart } from '../cart.js';
import { cart, FakeEventSource, installEventSource } from './browser.js';

type Answer = { status: number; body: unknown };

export type FakeShop = {
  cart: Cart;
  /** What the two payment calls answer, by the end of their path. */
  answers: { kustom: Answer; confirm: Answer };
  isReachable: boolean;
  /** The path of each call, newest last. */
  calls: string[];
  urls: string[];
  /** Sends the cart, changed, by the stream. */
  publish: (cart: Cart) => void;
};

export function openShop(): FakeShop {
  installEventSource();
  const shop: FakeShop = {
    cart: cart(undefined, 1),
    answers: {
      kustom: { status: 200, body: { htmlSnippet: '<iframe></iframe>' } },
      confirm: { status: 200, body: { status: 'checkout_incomplete' } },
    },
    isReachable: true,
    calls: [],
    urls: [],
    publish: (published) => {
      shop.cart = published;
      for (const stream of FakeEventSource.open) stream.send(published);
    },
  };
  vi.stubGlobal('fetch', async (url: string) => {
    const path = new URL(url).pathname.split(/\/carts\/[^/]+/)[1] ?? '';
    shop.calls.push(path);
    shop.urls.push(url);
    if (!shop.isReachable) throw new TypeError('Failed to fetch');
    if (path === '') return Response.json(shop.cart);
    const { status, body } = shop.answers[path.endsWith('/confirm') ? 'confirm' : 'kustom'];
    return Response.json(body, { status });
  });
  return shop;
}

/** Lets everything happen that is already on its way, and what comes of it. */
export async function settle(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}
