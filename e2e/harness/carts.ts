/** Carts as any integrator reaches them: by the published client, here from Node. */
import { type Cart, type CartClient, createCartClient, isCartErrors } from '@hantera/storefront-sdk/cart';
import { EventSource } from 'eventsource';

// The client takes EventSource from the global scope, where Node has none.
Object.assign(globalThis, { EventSource });

const WAIT_MS = 20_000;

export function cartClient(url: string): CartClient {
  return createCartClient({ baseUrl: url });
}

/** The cart in an answer, or a failure that says which error came instead. */
export function cartIn(answer: unknown): Cart {
  if (isCartErrors(answer)) throw new Error(`expected a cart, got ${JSON.stringify(answer.errors)}`);
  return answer as Cart;
}

export function errorCodeIn(answer: unknown): string | undefined {
  return isCartErrors(answer) ? answer.errors[0]?.code : undefined;
}

/** Follows the cart's events until one shows what is waited for. */
export function untilCart(url: string, cartId: string, isThere: (cart: Cart) => boolean): Promise<Cart> {
  // A client of its own: another subscription to the same cart would replace the caller's handlers.
  const client = cartClient(url);
  return new Promise((resolve, reject) => {
    let newest: Cart | undefined;
    const see = (cart: Cart) => {
      newest = cart;
      if (isThere(cart)) finish(() => resolve(cart));
    };
    const source = client.subscribeToCartEvents(cartId, { onInit: see, onUpdate: see });
    const timer = setTimeout(() => {
      finish(() => reject(new Error(`not reached in ${WAIT_MS} ms; the cart was ${JSON.stringify(newest)}`)));
    }, WAIT_MS);
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      source.close();
      settle();
    };
  });
}

export function isCompleted(cart: Cart): boolean {
  return cart.cartState === 'completed';
}

export function kustomOrderId(cart: Cart): string {
  const id = cart.fields?.kustomOrderId;
  if (typeof id !== 'string') throw new Error(`the cart has no Kustom order: ${JSON.stringify(cart.fields)}`);
  return id;
}

export function isInSync(cart: Cart): boolean {
  return cart.fields?.kustomPendingHash === cart.fields?.kustomSyncHash;
}
