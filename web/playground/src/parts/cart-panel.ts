/** The cart beside the products: lines, totals, the way to the checkout, and an honest empty state. */
import type { Cart } from '@hantera/storefront-sdk/cart';
import { h, setText } from '../dom';
import { amountToPay, formatterOf } from '../money';
import type { Quantities } from '../quantities';
import { createCartBar } from './cart-bar';
import { createCartLines } from './cart-lines';
import { createTotals } from './totals';

export function createCartPanel(quantities: Quantities) {
  const lines = createCartLines(quantities);
  const totals = createTotals();
  const problem = h('p', { class: 'problem', role: 'alert', 'data-testid': 'cart-problem', hidden: true });
  const count = h('span', { class: 'count', 'data-testid': 'cart-count' });
  const checkout = h('a', { class: 'button primary', 'data-testid': 'go-to-checkout' }, 'Go to checkout');
  const empty = h(
    'div',
    { class: 'empty', 'data-testid': 'cart-empty' },
    h('p', {}, 'Nothing here yet.'),
    h('p', { class: 'quiet' }, 'Add something, then pay for it with made-up money.'),
  );
  const filled = h('div', { class: 'filled', hidden: true }, lines.element, totals.element, checkout);
  const element = h(
    'aside',
    { class: 'cart panel', id: 'cart', 'aria-labelledby': 'cart-title' },
    h('h2', { id: 'cart-title' }, 'Cart ', count),
    problem,
    empty,
    filled,
  );

  const bar = createCartBar(element);

  const showFilled = (isFilled: boolean) => {
    filled.hidden = !isFilled;
    empty.hidden = isFilled;
    bar.element.hidden = !isFilled;
  };
  const showProblem = (message: string): undefined => {
    problem.hidden = message === '';
    setText(problem, message);
  };
  return {
    element,
    bar: bar.element,
    showProblem,
    clear: () => {
      setText(count, '');
      showProblem('');
      showFilled(false);
    },
    update: (cart: Cart) => {
      // A cart that was paid for in another window is over here as well.
      const isFilled = cart.cartState === 'open' && cart.items.length > 0;
      const pieces = cart.items.reduce(
        (sum, item) => sum + quantities.shown(item.cartItemId, item.quantity),
        0,
      );
      setText(count, isFilled ? String(pieces) : '');
      checkout.href = `/checkout?cart=${encodeURIComponent(cart.cartId)}`;
      bar.show(`Cart (${pieces})`, formatterOf(cart)(amountToPay(cart)));
      lines.update(cart);
      totals.update(cart);
      showFilled(isFilled);
    },
  };
}
