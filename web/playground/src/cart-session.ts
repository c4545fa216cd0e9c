/** One cart on one page: what it says now, and everything that may change it. */
import { type Cart, isCartErrors } from '@hantera/storefront-sdk/cart';
import { client } from './api';
import { watchCart } from './cart-stream';
import { createQuantities, type Quantities } from './quantities';
import { scene } from './scene';

export type CartSession = {
  quantities: Quantities;
  current: () => Cart | undefined;
  /** Puts a cart that came as an answer in its place, and follows it from then on. */
  use: (cart: Cart) => void;
  /** Shows another cart, or none. */
  leave: () => void;
};

export type CartSessionListener = {
  onCart: (cart: Cart) => void;
  onConnection: (isConnected: boolean) => void;
  onProblem: (message: string) => void;
};

export function createCartSession(listener: CartSessionListener): CartSession {
  let cart: Cart | undefined;
  let stop = () => {};

  const show = (newest: Cart) => {
    cart = newest;
    listener.onCart(newest);
  };
  const quantities = createQuantities(client, () => cart?.cartId ?? '', {
    onChange: () => cart && listener.onCart(cart),
    onCart: show,
    onProblem: listener.onProblem,
  });

  return {
    quantities,
    current: () => cart,
    use: (newest) => {
      if (cart?.cartId !== newest.cartId) {
        stop();
        scene.set({ cartId: newest.cartId });
        stop = watchCart(newest.cartId, { onCart: show, onConnection: listener.onConnection });
      }
      show(newest);
    },
    leave: () => {
      stop();
      stop = () => {};
      cart = undefined;
    },
  };
}

/** The cart, or nothing when the server does not know it (any more). */
export async function loadCart(cartId: string): Promise<Cart | undefined> {
  const answer = await client.getCart(cartId);
  return isCartErrors(answer) ? undefined : answer;
}
