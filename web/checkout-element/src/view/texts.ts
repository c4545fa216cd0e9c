/**
 * What a shopper reads. Each problem says what happened and what to do, and speaks of money only where that is certain.
 * A code without a text of its own is nothing that a shopper could act on differently: `other`.
 */

export type Texts = {
  readonly lang: string;
  readonly loading: string;
  readonly suspended: string;
  readonly confirming: string;
  readonly slow: string;
  readonly review: string;
  readonly done: string;
  readonly retry: string;
  readonly back: string;
  readonly offline: string;
  /** Any problem without a text of its own, below, by its code. */
  readonly other: string;
} & { readonly [code: Uppercase<string>]: string };

const ENGLISH: Texts = {
  lang: 'en',
  loading: 'Opening the checkout…',
  suspended: 'Updating your order…',
  confirming: 'Confirming your payment…',
  slow: 'Your payment is still being confirmed. You may close this page: if you have paid, your order is safe.',
  review: 'Your payment is being looked at. The shop will be in touch. You may close this page.',
  done: 'Thank you for your order',
  retry: 'Try again',
  back: 'Back to the checkout',
  offline: 'No connection. Trying again…',
  NO_IFRAME: 'The checkout does not load. Turn off content blockers and try again.',
  EMPTY_CART: 'Your cart is empty.',
  CART_NOT_OPEN: 'This cart is closed. Go back to the shop and fill a new one.',
  CART_LOCKED: 'This cart is being paid in another window. Try again in a few minutes.',
  NOT_DELIVERABLE: 'This cart cannot be delivered to this address. Change one of them.',
  EXPIRED: 'The checkout has expired. Your cart is safe.',
  OVERDUE: 'Your order could not be updated yet. Your cart is safe.',
  DECLINED: 'The payment was declined. Nothing was charged. Please pay in another way.',
  NO_KUSTOM_ORDER: 'Nothing has been paid yet.',
  other: 'The checkout cannot be reached. Your cart is safe. Try again in a moment.',
};

const SWEDISH: Texts = {
  lang: 'sv',
  loading: 'Öppnar kassan…',
  suspended: 'Uppdaterar din beställning…',
  confirming: 'Bekräftar din betalning…',
  slow: 'Din betalning bekräftas fortfarande. Du kan stänga sidan: har du betalat är din beställning säker.',
  review: 'Din betalning granskas. Butiken hör av sig. Du kan stänga sidan.',
  done: 'Tack för din beställning',
  retry: 'Försök igen',
  back: 'Tillbaka till kassan',
  offline: 'Ingen anslutning. Försöker igen…',
  NO_IFRAME: 'Kassan laddas inte. Stäng av innehållsblockering och försök igen.',
  EMPTY_CART: 'Din varukorg är tom.',
  CART_NOT_OPEN: 'Varukorgen är stängd. Gå tillbaka till butiken och fyll en ny.',
  CART_LOCKED: 'Varukorgen betalas i ett annat fönster. Försök igen om några minuter.',
  NOT_DELIVERABLE: 'Varukorgen kan inte levereras till adressen. Ändra någon av dem.',
  EXPIRED: 'Kassan har gått ut. Din varukorg finns kvar.',
  OVERDUE: 'Din beställning kunde inte uppdateras än. Din varukorg finns kvar.',
  DECLINED: 'Betalningen nekades. Inget har dragits. Betala på ett annat sätt.',
  NO_KUSTOM_ORDER: 'Inget har betalats än.',
  other: 'Kassan kan inte nås. Din varukorg finns kvar. Försök igen om en stund.',
};

export function textsOf(locale: string): Texts {
  return /^sv\b/i.test(locale.replace('_', '-')) ? SWEDISH : ENGLISH;
}

export function problemText(texts: Texts, code: string): string {
  return texts[(code === 'NOT_FOUND' ? 'CART_NOT_OPEN' : code) as Uppercase<string>] ?? texts.other;
}
