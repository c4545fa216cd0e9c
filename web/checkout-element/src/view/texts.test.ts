import { expect, test } from 'vitest';
import { problemText, textsOf } from './texts.js';

test('both languages say everything', () => {
  const [english, swedish] = [textsOf('en'), textsOf('sv')];
  expect(Object.keys(swedish)).toEqual(Object.keys(english));
  expect(JSON.stringify(swedish)).not.toContain('""');
});

test('Swedish is for Swedish in any spelling, English for everybody else', () => {
  for (const locale of ['sv', 'sv-SE', 'sv_SE', 'SV-fi']) expect(textsOf(locale).retry).toBe('Försök igen');
  for (const locale of ['en-GB', 'de', 'svenska', '']) expect(textsOf(locale).retry).toBe('Try again');
});

test('a code that is not known has a text all the same', () => {
  expect(problemText(textsOf('en'), 'INTERNAL')).toContain('Your cart is safe');
  expect(problemText(textsOf('en'), 'NOT_FOUND')).toBe(textsOf('en').CART_NOT_OPEN);
});
