/** The sums under a cart or an order, all of them the server's. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { texts } from '../language';
import { amountToPay, formatMoney } from '../money';

export type Sums = {
  currencyCode: string;
  taxIncluded: boolean;
  productTotal: number;
  shippingTotal: number;
  shippingDiscount: number;
  orderTotal: number;
  orderTaxTotal: number;
  items: readonly { discount: number }[];
  promotions: readonly { description: string; calculatedTotal: number }[];
};

export function totals(sums: Sums): TemplateResult {
  const money = (amount: number) => formatMoney(amount, sums.currencyCode);
  const basis = sums.taxIncluded ? '' : ` ${texts().exclTax}`;
  const shipping = exact(sums.shippingTotal + sums.shippingDiscount);
  const toPay = amountToPay(sums);
  const savings = sums.promotions.filter(({ calculatedTotal }) => calculatedTotal > 0);
  const tax = (label: string) => html`
    <div class=${sums.taxIncluded ? 'quiet' : ''}>
      <dt>${label}</dt>
      <dd data-testid="cart-tax">${money(sums.orderTaxTotal)}</dd>
    </div>
  `;
  return html`
    <dl class="totals">
      <div><dt>${texts().goods}${basis}</dt><dd>${money(goodsBefore(sums))}</dd></div>
      ${savings.map(
        ({ description, calculatedTotal }) =>
          html`<div class="saving"><dt>${description}</dt><dd>−${money(calculatedTotal)}</dd></div>`,
      )}
      <div>
        <dt>${texts().shipping}${basis}</dt>
        <dd data-testid="cart-shipping">${shipping === 0 ? texts().free : money(shipping)}</dd>
      </div>
      ${sums.taxIncluded ? nothing : tax(texts().tax)}
      <div class="grand">
        <dt>${texts().total}</dt>
        <dd data-testid="cart-total" data-amount=${toPay}>${money(toPay)}</dd>
      </div>
      ${sums.taxIncluded ? tax(texts().ofWhichTax) : nothing}
    </dl>
  `;
}

/** Before what was taken off, which has lines of its own. Decimals that are exact can add up to ones that are not. */
function goodsBefore({ productTotal, items }: Sums): number {
  return exact(items.reduce((sum, { discount }) => sum + discount, productTotal));
}

function exact(amount: number): number {
  return Math.round(amount * 1e4) / 1e4;
}
