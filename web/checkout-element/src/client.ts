/**
 * A checkout without a page around it, over the published cart client: for shops that show everything themselves.
 * The custom element is the same checkout with a view.
 */
import { type CartClient, createCartClient, isCartErrors } from '@hantera/storefront-sdk/cart';
import { Checkout } from './checkout.js';
import { CheckoutError, type CheckoutListener, type CheckoutOptions } from './types.js';

export type { CartNews, CheckoutState, Note, Phase, Problem, WayOut } from './machine/state.js';
export type { CheckoutUrls } from './payment.js';
export type { CheckoutListener, CheckoutOptions, ShippingOption } from './types.js';
export { checkoutUrls, readWay, type Way } from './way.js';
export { Checkout, CheckoutError };

export type CheckoutClientOptions = Omit<CheckoutOptions, 'readCart'> & {
  /** The shop's own client, if it has one. */
  readonly carts?: CartClient;
};

export class CheckoutClient extends Checkout {
  readonly carts: CartClient;

  constructor({ carts, ...options }: CheckoutClientOptions) {
    const client = carts ?? createCartClient({ baseUrl: options.baseUrl });
    super({ ...guarded(options), readCart: () => client.getCart(options.cartId) });
    this.carts = client;
  }

  /** `update` for a change by the cart client, which answers refusals where others throw them. */
  async change<T>(change: (carts: CartClient) => Promise<T>): Promise<T> {
    const answer = await this.update(() => change(this.carts));
    if (isCartErrors(answer)) throw new CheckoutError(answer.errors[0]?.code ?? 'REFUSED');
    return answer;
  }
}

/** A listener of the shop's that throws must not leave the checkout in the middle of something. */
function guarded<T extends CheckoutListener>(options: T): T {
  const entries = Object.entries(options).map(([name, value]) => {
    if (!name.startsWith('on') || typeof value !== 'function') return [name, value];
    const listener = (...news: unknown[]) => {
      try {
        (value as (...news: unknown[]) => void).apply(options, news);
      } catch (problem) {
        reportError(problem);
      }
    };
    return [name, listener];
  });
  return Object.fromEntries(entries);
}
