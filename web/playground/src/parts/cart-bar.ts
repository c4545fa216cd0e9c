/** On a phone the cart is below the products. This keeps it one thumb away until it is in view. */
import { h } from '../dom';

export function createCartBar(cart: HTMLElement) {
  const label = h('span');
  const amount = h('span');
  const element = h('a', { class: 'cart-bar', href: '#cart', hidden: true }, label, amount);
  new IntersectionObserver(([entry]) => {
    element.toggleAttribute('data-cart-in-view', entry?.isIntersecting ?? false);
  }).observe(cart);
  return {
    element,
    show: (labelText: string, amountText: string) => {
      label.textContent = labelText;
      amount.textContent = amountText;
    },
  };
}
