/** An order on a page that knows its cart: after the payment, and for who comes back to what is paid. */
import type { Cart } from '@hantera/storefront-sdk/cart';
import { isOrderLookupError } from '@hantera/storefront-sdk/orders';
import { html, type TemplateResult } from 'lit-html';
import type { FullCart } from '../cart/keeper';
import { texts } from '../language';
import { memory } from '../memory';
import { createCancelling } from '../parts/cancelling';
import { type Order, type OrderItem, orderTemplate } from '../parts/order';
import { focusOn, redraw } from '../screen';
import { orders } from '../server';

export type OrderPage = { main: () => TemplateResult; over: () => TemplateResult; title: () => string };

/** Forgets the cart, which nobody can buy again, and keeps where the order is. */
export function createOrderPage(completed: Cart): OrderPage {
  let cart = completed as FullCart;
  let deliveries: OrderItem[] | undefined;
  const { cartId, orderNumber, profileKey = '', email } = cart;

  if (memory.cartId(profileKey) === cartId) memory.setCartId(profileKey, undefined);
  if (orderNumber) memory.keepOrder({ number: orderNumber, cartId });
  const cancelling = createCancelling(
    () => cartId,
    (cancelled) => {
      cart = cancelled as FullCart;
    },
  );
  void lookUpDeliveries(orderNumber, email).then((found) => {
    deliveries = found;
    redraw();
  });

  return {
    title: () => (cart.orderState === 'cancelled' ? texts().orderCancelled : texts().thanks),
    over: cancelling.dialog,
    main: () =>
      orderTemplate(cart as Order, {
        ...(deliveries && { deliveries }),
        problem: cancelling.problem,
        ways: html`
          <a class="button primary" href="/" data-testid="new-cart">${texts().newCart}</a>
          ${cancelling.button(cart.orderState, cartId)}
        `,
      }),
  };
}

/** Who listens to the page hears the news first. */
export function focusOrder(): void {
  focusOn('#order-title');
}

/** Only the look-up knows the deliveries. The order is shown without them until it answers, or for good. */
async function lookUpDeliveries(
  reference: string,
  email: string | undefined,
): Promise<OrderItem[] | undefined> {
  if (!reference || !email) return undefined;
  const found = await orders.lookup({ reference, email }).catch(() => undefined);
  return !found || isOrderLookupError(found) ? undefined : found.items;
}
