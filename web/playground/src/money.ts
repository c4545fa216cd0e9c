/** Amounts as the shopper reads them. The server sends major units; nothing here adds or multiplies a price. */
import { type Language, language } from './language';

type Amounts = { taxIncluded: boolean; orderTotal: number; orderTaxTotal: number };

/** What the shopper pays: with tax excluded, the totals are before tax and the tax comes on top. */
export function amountToPay({ taxIncluded, orderTotal, orderTaxTotal }: Amounts): number {
  if (taxIncluded) return orderTotal;
  // Two exact decimals can add up to 0.30000000000000004; four decimals are more than any currency has.
  return Math.round((orderTotal + orderTaxTotal) * 1e4) / 1e4;
}

export function formatMoney(amount: number, currency: string, written: Language = language()): string {
  const key = `${written} ${currency}`;
  const formatter = formatters.get(key) ?? newFormatter(written, currency);
  formatters.set(key, formatter);
  return formatter.format(amount);
}

const formatters = new Map<string, Intl.NumberFormat>();

/** Whole amounts without decimals, as on a price tag. */
function newFormatter(written: Language, currency: string): Intl.NumberFormat {
  return new Intl.NumberFormat(written === 'sv' ? 'sv-SE' : 'en-GB', {
    style: 'currency',
    currency,
    trailingZeroDisplay: 'stripIfInteger',
  });
}
