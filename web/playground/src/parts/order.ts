/** A whole order, of the cart that it was made from or of a look-up: both have the same members. */
import type { Address } from '@hantera/storefront-sdk/cart';
import { html, nothing, type TemplateResult } from 'lit-html';
import { language, texts } from '../language';
import { formatMoney } from '../money';
import { choicesOf, linePicture, nameOf } from './cart-lines';
import { type Sums, totals } from './totals';

export type OrderItem = {
  productNumber: string;
  description?: string;
  quantity: number;
  unitPrice: number;
  total: number;
  discount: number;
  deliveryNumber?: string;
};

export type Order = Omit<Sums, 'items'> & {
  orderNumber: string;
  orderState?: string;
  email?: string;
  phone?: string;
  address?: Address;
  invoiceRecipient?: Address;
  items: readonly OrderItem[];
  payments?: readonly { provider?: string; amount: number }[];
};

export type OrderExtras = {
  /** Of each delivery, what is in it. A cart does not know; a look-up does. */
  deliveries?: readonly OrderItem[];
  ways: TemplateResult;
  problem?: string | undefined;
};

export function orderTemplate(order: Order, { deliveries, ways, problem }: OrderExtras): TemplateResult {
  const { orderNumber, orderState = 'confirmed', email } = order;
  return html`
    <article class="order" data-testid="confirmation" data-state=${orderState} aria-labelledby="order-title">
      <header>
        <p class="mark" aria-hidden="true">${orderState === 'cancelled' ? '×' : '✓'}</p>
        <h1 id="order-title" tabindex="-1">${titleOf(orderState)}</h1>
        <p>${texts().orderNumber} <strong data-testid="order-number">${orderNumber}</strong></p>
        <p class="quiet">${subtitleOf(orderState, email)}</p>
      </header>
      <section class="panel" aria-label=${texts().summary}>
        <ul class="lines">${order.items.map((item) => orderLine(item, order.currencyCode))}</ul>
        ${totals(order)}
      </section>
      ${people(order, orderState)} ${deliveries ? deliveriesTemplate(deliveries) : nothing}
      <p class="problem" role="alert" data-testid="order-problem" ?hidden=${!problem}>${problem ?? ''}</p>
      <div class="ways">${ways}</div>
    </article>
  `;
}

function titleOf(orderState: string): string {
  if (orderState === 'cancelled') return texts().orderCancelled;
  return orderState === 'pending' ? texts().orderPending : texts().thanks;
}

function subtitleOf(orderState: string, email: string | undefined): string {
  if (orderState === 'cancelled') return texts().orderCancelledText;
  return email ? texts().thanksText(email) : '';
}

function orderLine(item: OrderItem, currency: string): TemplateResult {
  const { productNumber, quantity, unitPrice, total, discount } = item;
  return html`
    <li class="line" data-testid="order-line-${productNumber}">
      ${linePicture(productNumber)}
      <div class="line-text">
        <p class="line-name">${nameOf(item)}</p>
        <p class="quiet">${choicesOf(productNumber)}</p>
        <p class="quiet">${quantity} × ${formatMoney(unitPrice, currency)}</p>
      </div>
      <p class="line-total">
        ${discount > 0 ? html`<s>${formatMoney(total + discount, currency)}</s>` : nothing}
        ${formatMoney(total, currency)}
      </p>
    </li>
  `;
}

function people(order: Order, orderState: string): TemplateResult {
  const { address, invoiceRecipient, email, phone, payments = [], currencyCode } = order;
  const isInvoicedElsewhere = invoiceRecipient && addressText(invoiceRecipient) !== addressText(address);
  return html`
    <div class="people">
      ${address ? block(texts().deliveredTo, addressText(address), 'order-address') : nothing}
      ${isInvoicedElsewhere ? block(texts().invoicedTo, addressText(invoiceRecipient), 'order-invoice') : nothing}
      <section>
        <h2>${texts().contact}</h2>
        <p data-testid="order-email">${email ?? '–'}</p>
        ${phone ? html`<p>${phone}</p>` : nothing}
      </section>
      <section>
        <h2>${texts().payment}</h2>
        ${payments.map(({ amount }) => html`<p>${formatMoney(amount, currencyCode)}</p>`)}
        <p class="quiet" data-testid="order-payment">${texts().paymentState[orderState] ?? orderState}</p>
      </section>
    </div>
  `;
}

function block(title: string, text: string, testId: string): TemplateResult {
  return html`<section><h2>${title}</h2><p class="address" data-testid=${testId}>${text}</p></section>`;
}

function deliveriesTemplate(items: readonly OrderItem[]): TemplateResult {
  return html`
    <section class="deliveries" data-testid="order-deliveries">
      <h2>${texts().deliveries}</h2>
      ${byDelivery(items).map(
        ([number, inside]) => html`
          <div>
            <h3>${texts().delivery(number)}</h3>
            <p class="quiet">${inside.map((item) => `${item.quantity} × ${nameOf(item)}`).join(', ')}</p>
          </div>
        `,
      )}
    </section>
  `;
}

export function byDelivery(items: readonly OrderItem[]): [string, OrderItem[]][] {
  const found = new Map<string, OrderItem[]>();
  for (const item of items) {
    if (!item.deliveryNumber) continue;
    found.set(item.deliveryNumber, [...(found.get(item.deliveryNumber) ?? []), item]);
  }
  return [...found];
}

/** As it is written on a parcel. */
export function addressText(address: Address | undefined): string {
  if (!address) return '';
  const { name, careOf, attention, addressLine1, addressLine2, postalCode, city, state, countryCode } =
    address;
  const town = [postalCode, city, state].filter(Boolean).join(' ');
  const country = countryCode && new Intl.DisplayNames([language()], { type: 'region' }).of(countryCode);
  return [name, attention, careOf && `c/o ${careOf}`, addressLine1, addressLine2, town, country]
    .filter(Boolean)
    .join('\n');
}
