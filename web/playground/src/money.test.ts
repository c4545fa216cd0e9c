import { expect, test } from 'vitest';
import { amountToPay, formatMoney } from './money';

test('with tax excluded, what is paid is total and tax, without the noise of floats', () => {
  expect(amountToPay({ taxIncluded: false, orderTotal: 0.1, orderTaxTotal: 0.2 })).toBe(0.3);
  expect(amountToPay({ taxIncluded: true, orderTotal: 1299, orderTaxTotal: 259.8 })).toBe(1299);
});

test('amounts are written as the language does, whole ones without decimals', () => {
  const plain = (text: string) => text.replace(/\s/g, ' ');
  expect(plain(formatMoney(1299, 'SEK', 'sv'))).toBe('1 299 kr');
  expect(plain(formatMoney(1169.1, 'SEK', 'sv'))).toBe('1 169,10 kr');
  expect(plain(formatMoney(84.9, 'EUR', 'en'))).toBe('€84.90');
});
