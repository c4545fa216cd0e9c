/** Amounts as the shopper reads them. The server sends major units; nothing here adds or multiplies a price. */
import type { Cart } from '@hantera/storefront-sdk/cart';

const PROFILE_LOCALES: Record<string, string> = {
  'se-webshop': 'sv_SE',
  'no-webshop': 'nb_NO',
  'de-webshop': 'de_DE',
  'se-b2b': 'sv_SE',
};

export function localeOf(profileKey: string): string {
  return PROFILE_LOCALES[profileKey] ?? 'en_GB';
}

export function formatMoney(amount: number, currency: string, locale: string): string {
  return formatterFor(currency, locale).format(amount);
}

/** What the shopper pays: with tax excluded, the totals are before tax and the tax comes on top. */
export function amountToPay(cart: Cart): number {
  if (cart.taxIncluded) return cart.orderTotal;
  // Two exact decimals can add up to 0.30000000000000004; four decimals are more than any currency has.
  return Math.round((cart.orderTotal + cart.orderTaxTotal) * 1e4) / 1e4;
}

export function formatterOf(cart: Cart): (amount: number) => string {
  const locale = cart.locale ?? localeOf(cart.profileKey ?? '');
  return (amount) => formatMoney(amount, cart.currencyCode, locale);
}

const formatters = new Map<string, Intl.NumberFormat>();

function formatterFor(currency: string, locale: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`;
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(languageTag(locale), { style: 'currency', currency });
  formatters.set(key, made);
  return made;
}

/** The API writes `sv_SE`, the browser wants `sv-SE`. An unknown one falls back to the browser's own. */
function languageTag(locale: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(locale.replace('_', '-'))[0];
  } catch {
    return undefined;
  }
}
