import type { Cart } from '@hantera/storefront-sdk/cart';
import { expect, test } from 'vitest';
import { amountToPay, formatMoney } from './money';

/** Intl separates with no-break spaces, which nobody can see in a test. */
function plain(text: string): string {
  return text.replace(/[\u00a0\u202f]/g, ' ');
}

test('amounts read as the cart’s locale writes them', () => {
  expect(plain(formatMoney(1299, 'SEK', 'sv_SE'))).toBe('1 299,00 kr');
  expect(plain(formatMoney(84.9, 'EUR', 'de-DE'))).toBe('84,90 €');
  expect(plain(formatMoney(1299, 'SEK', 'not a locale'))).toContain('1,299.00');
});

test('with tax excluded the tax comes on top of the total', () => {
  const cart = { orderTotal: 0.1, orderTaxTotal: 0.2, taxIncluded: false } as Cart;
  expect(amountToPay(cart)).toBe(0.3);
  expect(amountToPay({ ...cart, taxIncluded: true })).toBe(0.1);
});
