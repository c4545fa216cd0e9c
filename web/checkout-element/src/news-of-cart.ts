/** What a cart on the wire says about its checkout. */
import type { Cart } from './cart.js';
import type { CartNews } from './machine/state.js';

export function newsOf(cart: Cart): CartNews {
  const { kustomOrderId, kustomPendingHash, kustomSyncHash } = cart.fields ?? {};
  return {
    order: text(kustomOrderId),
    wanted: text(kustomPendingHash),
    held: text(kustomSyncHash),
    isEmpty: cart.items.length === 0,
    isCompleted: cart.cartState === 'completed',
  };
}

/** Whether something that came as an answer is a cart, and not errors or what a page makes of a cart. */
export function isCart(answer: unknown): answer is Cart {
  const cart = answer as Partial<Cart> | null | undefined;
  return typeof cart?.cartState === 'string' && Array.isArray(cart.items);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
