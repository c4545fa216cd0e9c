import { expect, test } from 'vitest';
import { first } from './language';
import { cartLocale, MARKETS, marketLabel, marketNamed } from './markets';
import { english } from './texts/english';
import { swedish } from './texts/swedish';

test('both languages say everything', () => {
  expect(Object.keys(swedish)).toEqual(Object.keys(english));
  expect(Object.keys(swedish.problems)).toEqual(Object.keys(english.problems));
  expect(Object.keys(swedish.paymentState)).toEqual(Object.keys(english.paymentState));
  expect(swedish.termsText).toHaveLength(english.termsText.length);
});

test('what was chosen counts, then what the browser asks for', () => {
  expect(first('en', 'sv-SE')).toBe('en');
  expect(first(undefined, 'sv-FI')).toBe('sv');
  expect(first('klingon', 'de')).toBe('en');
});

test('a cart speaks English to those who read it, and else what is spoken in its market', () => {
  const norway = marketNamed('no-webshop');
  expect(cartLocale(norway, 'en')).toBe('en-NO');
  expect(cartLocale(norway, 'sv')).toBe('nb-NO');
});

test('an unknown market is the first, and each has a name of its own', () => {
  expect(marketNamed('moon')).toBe(MARKETS[0]);
  expect(new Set(MARKETS.map(marketLabel)).size).toBe(MARKETS.length);
});
