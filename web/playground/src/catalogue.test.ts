import { describe, expect, test } from 'vitest';
import FILE from '../../../crates/server/demo/catalogue.toml?raw';
import { choicesText, pictureUrl, variantNamed, variantWith } from './catalogue';
import { PRODUCTS } from './products';

const SECTIONS = new Map(
  FILE.split(/^\[products\./m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf(']')), section.split(/^\[/m)[0] ?? '']),
);
const VARIANTS = PRODUCTS.flatMap(({ variants }) => variants);

/** The price in the server's file, of a line such as `prices_including_tax = { SEK = "1299.00" }`. */
function priceInFile(number: string, line: string, currency: string): number {
  const prices = SECTIONS.get(number)?.match(new RegExp(`^${line} = (.*)$`, 'm'))?.[1] ?? '';
  return Number(prices.match(new RegExp(`${currency} = "([^"]+)"`))?.[1]);
}

describe('what the shop shows is what the server sells', () => {
  test('the same products, no more and no fewer', () => {
    expect(VARIANTS.map(({ number }) => number).sort()).toEqual([...SECTIONS.keys()].sort());
  });

  test.each(VARIANTS)('$number at the same prices', ({ number, prices }) => {
    expect(prices).toEqual({
      'se-webshop': priceInFile(number, 'prices_including_tax', 'SEK'),
      'no-webshop': priceInFile(number, 'prices_including_tax', 'NOK'),
      'de-webshop': priceInFile(number, 'prices_including_tax', 'EUR'),
      'se-b2b': priceInFile(number, 'prices_excluding_tax', 'SEK'),
    });
  });
});

test('every variant has a picture and a name for each of its choices', () => {
  for (const product of PRODUCTS) {
    for (const variant of product.variants) {
      expect(pictureUrl(variant.picture), variant.picture).toBeDefined();
      for (const read of ['en', 'sv'] as const) {
        expect(choicesText(product, variant, read).split(', ')).toHaveLength(product.options.length);
      }
    }
  }
});

test('the products that others count on are what is chosen to begin with', () => {
  const first = PRODUCTS.map(({ variants }) => variants[0]?.number);
  expect(first).toEqual(
    expect.arrayContaining(['SH005-BLK-10', 'SH006-WHT-09', 'BOOK-001', 'FOOD-001', 'GIFT-100']),
  );
});

test('another choice keeps the others', () => {
  const { product, variant } = variantNamed('SH005-BLK-10') ?? expect.unreachable();
  const green = variantWith(product, variant, 0, 'SEA');
  expect(green.number).toBe('SH005-SEA-10');
  expect(variantWith(product, green, 1, '11').number).toBe('SH005-SEA-11');
});
