/** A completed cart: the order. */
import type { Address, Cart, CartItem } from '@hantera/storefront-sdk/cart';
import { h } from '../dom';
import { memory } from '../memory';
import { formatterOf } from '../money';
import { nameOf } from './cart-lines';
import { picture } from './pictures';
import { createTotals } from './totals';

export function createOrder(cart: Cart): HTMLElement {
  const totals = createTotals();
  totals.update(cart);
  const money = formatterOf(cart);
  const again = h('a', {
    class: 'button primary',
    href: '/',
    'data-testid': 'new-cart',
    onclick: () => memory.setCartId(cart.profileKey ?? '', undefined),
  });
  again.append('Start a new cart');
  return h(
    'article',
    { class: 'order', 'data-testid': 'confirmation', 'aria-labelledby': 'order-title' },
    h('p', { class: 'tick', 'aria-hidden': 'true' }, '✓'),
    h('h1', { id: 'order-title', tabindex: '-1' }, 'Thank you, your order is placed'),
    h(
      'p',
      { class: 'order-number' },
      'Order ',
      h('strong', { 'data-testid': 'order-number' }, cart.orderNumber),
    ),
    h(
      'div',
      { class: 'panel' },
      h('ul', { class: 'lines' }, ...cart.items.map((item) => orderLine(item, money))),
      totals.element,
    ),
    people(cart),
    again,
  );
}

function orderLine(item: CartItem, money: (amount: number) => string): HTMLElement {
  return h(
    'li',
    { class: 'line', 'data-testid': `order-line-${item.productNumber}` },
    picture(item.productNumber),
    h(
      'div',
      { class: 'line-text' },
      h('p', { class: 'line-name' }, nameOf(item)),
      h('p', { class: 'quiet' }, `${item.quantity} × ${money(item.unitPrice)}`),
    ),
    h('p', { class: 'line-total' }, money(item.total)),
  );
}

function people(cart: Cart): HTMLElement {
  const invoice = cart.invoiceRecipient && addressText(cart.invoiceRecipient) !== addressText(cart.address);
  return h(
    'div',
    { class: 'people' },
    cart.address && addressBlock('Delivered to', cart.address, 'order-address'),
    invoice && cart.invoiceRecipient && addressBlock('Invoiced to', cart.invoiceRecipient, 'order-invoice'),
    h(
      'section',
      {},
      h('h2', {}, 'Contact'),
      h('p', { 'data-testid': 'order-email' }, cart.email ?? '–'),
      cart.phone && h('p', {}, cart.phone),
    ),
  );
}

function addressBlock(title: string, address: Address, testId: string): HTMLElement {
  return h(
    'section',
    {},
    h('h2', {}, title),
    h('p', { class: 'address', 'data-testid': testId }, addressText(address)),
  );
}

function addressText(address: Address | undefined): string {
  if (!address) return '';
  const { name, careOf, attention, addressLine1, addressLine2, postalCode, city, state, countryCode } =
    address;
  const town = [postalCode, city, state].filter(Boolean).join(' ');
  return [name, attention, careOf && `c/o ${careOf}`, addressLine1, addressLine2, town, countryCode]
    .filter(Boolean)
    .join('\n');
}
