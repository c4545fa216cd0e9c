/** Where the shop sells. The server has the same as profiles; which of them it really has is asked. */
import { type Language, language, texts } from './language';

export type Market = {
  readonly profileKey: string;
  readonly currency: string;
  readonly countries: readonly string[];
  readonly taxIncluded: boolean;
  /** What is spoken there, for those who do not read English. */
  readonly locale: string;
};

export const MARKETS: readonly Market[] = [
  { profileKey: 'se-webshop', currency: 'SEK', countries: ['SE'], taxIncluded: true, locale: 'sv-SE' },
  { profileKey: 'no-webshop', currency: 'NOK', countries: ['NO'], taxIncluded: true, locale: 'nb-NO' },
  { profileKey: 'de-webshop', currency: 'EUR', countries: ['DE', 'AT'], taxIncluded: true, locale: 'de-DE' },
  { profileKey: 'se-b2b', currency: 'SEK', countries: ['SE'], taxIncluded: false, locale: 'sv-SE' },
];

export function marketNamed(profileKey: string | undefined): Market {
  return MARKETS.find((market) => market.profileKey === profileKey) ?? (MARKETS[0] as Market);
}

/** `Sweden · SEK`, and for businesses that tax comes on top. */
export function marketLabel({ countries, currency, taxIncluded }: Market): string {
  const names = new Intl.DisplayNames([language()], { type: 'region' });
  const where = countries.map((code) => names.of(code)).join(', ');
  if (taxIncluded) return `${where} · ${currency}`;
  return `${where}, ${texts().business.toLowerCase()} · ${currency} ${texts().exclTax}`;
}

/** A cart keeps the language it is begun in, and Kustom's form speaks it: the page's, or the market's own. */
export function cartLocale({ locale, countries }: Market, read: Language = language()): string {
  return read === 'en' ? `en-${countries[0]}` : locale;
}
