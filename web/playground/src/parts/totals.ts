/** The sums under a cart or an order, all of them the server's. */
import type { Cart } from '@hantera/storefront-sdk/cart';
import { h } from '../dom';
import { amountToPay, formatterOf } from '../money';

export function createTotals(): { element: HTMLElement; update: (cart: Cart) => void } {
  const element = h('dl', { class: 'totals' });
  return { element, update: (cart) => element.replaceChildren(...rows(cart)) };
}

function rows(cart: Cart): HTMLElement[] {
  const money = formatterOf(cart);
  const basis = cart.taxIncluded ? '' : ' excl. tax';
  const toPay = amountToPay(cart);
  const total = row('Total', money(toPay), { 'data-testid': 'cart-total', 'data-amount': toPay });
  total.classList.add('grand');
  return [
    row(`Goods${basis}`, money(cart.productTotal)),
    ...cart.promotions.filter(isSaving).map((one) => row(one.description, `−${money(one.calculatedTotal)}`)),
    row(`Shipping${basis}`, money(cart.shippingTotal), { 'data-testid': 'cart-shipping' }),
    ...(cart.taxIncluded ? [] : [row('Tax', money(cart.orderTaxTotal), { 'data-testid': 'cart-tax' })]),
    total,
    ...(cart.taxIncluded ? [taxNote(money(cart.orderTaxTotal))] : []),
  ];
}

function row(label: string, amount: string, attributes: Record<string, string | number> = {}): HTMLElement {
  return h('div', {}, h('dt', {}, label), h('dd', attributes, amount));
}

function taxNote(amount: string): HTMLElement {
  const note = row('of which tax', amount, { 'data-testid': 'cart-tax' });
  note.classList.add('quiet');
  return note;
}

function isSaving(promotion: Cart['promotions'][number]): boolean {
  return promotion.calculatedTotal > 0;
}
