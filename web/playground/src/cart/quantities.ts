/**
 * Quantities as the shopper wants them, sent one at a time.
 *
 * Pressing + five times shows 5 at once and sends what is newest when the line is free: two calls, not five,
 * and never two on their way that could arrive in the wrong order.
 */
import { type Cart, type CartClient, isCartErrors } from '@hantera/storefront-sdk/cart';
import { codeOf } from './refusal';

/** Zero means: take the line out. */
export type Quantities = {
  want: (cartItemId: string, quantity: number) => void;
  /** What to show for a line: the wish while it is under way, otherwise what the cart says. */
  shown: (cartItemId: string, inCart: number) => number;
};

type QuantityCalls = Pick<CartClient, 'setQuantity' | 'removeItem'>;

export type QuantityListener = {
  onChange: () => void;
  onCart: (cart: Cart) => void;
  /** Nothing takes the last one away. */
  onProblem: (code: string | undefined) => void;
};

export function createQuantities(
  calls: QuantityCalls,
  cartId: () => string,
  listener: QuantityListener,
): Quantities {
  const wishes = new Map<string, number>();
  let isSending = false;

  async function send(): Promise<void> {
    if (isSending) return;
    isSending = true;
    for (let wish = next(wishes); wish; wish = next(wishes)) {
      const [cartItemId, quantity] = wish;
      const isDone = await sendOne(calls, cartId(), cartItemId, quantity, listener);
      // Keep a newer wish; a refused one is given up, so that the line shows the truth again.
      if (!isDone || wishes.get(cartItemId) === quantity) wishes.delete(cartItemId);
      listener.onChange();
    }
    isSending = false;
  }

  return {
    want: (cartItemId, quantity) => {
      wishes.set(cartItemId, quantity);
      listener.onChange();
      void send();
    },
    shown: (cartItemId, inCart) => wishes.get(cartItemId) ?? inCart,
  };
}

async function sendOne(
  calls: QuantityCalls,
  cartId: string,
  cartItemId: string,
  quantity: number,
  listener: QuantityListener,
): Promise<boolean> {
  // An older complaint says nothing about this try.
  listener.onProblem(undefined);
  try {
    const answer =
      quantity > 0
        ? await calls.setQuantity(cartId, { cartItemId, quantity })
        : await calls.removeItem(cartId, { cartItemId });
    if (isCartErrors(answer)) {
      listener.onProblem(answer.errors[0]?.code ?? 'other');
      return false;
    }
    listener.onCart(answer);
    return true;
  } catch (problem) {
    listener.onProblem(codeOf(problem));
    return false;
  }
}

function next(wishes: Map<string, number>): [string, number] | undefined {
  return wishes.entries().next().value;
}
