import type { Cart } from '@hantera/storefront-sdk/cart';
import { expect, test } from 'vitest';
import { createCartLines } from './cart-lines';

function cart(...lines: [string, number][]): Cart {
  const items = lines.map(([productNumber, quantity]) => ({
    cartItemId: `id-${productNumber}`,
    productNumber,
    quantity,
    unitPrice: 10,
    total: 10 * quantity,
    tax: 2,
    discount: 0,
  }));
  return { items, currencyCode: 'SEK', locale: 'sv_SE' } as unknown as Cart;
}

function setUp() {
  const wanted: [string, number][] = [];
  const lines = createCartLines({
    want: (cartItemId, quantity) => void wanted.push([cartItemId, quantity]),
    shown: (_, inCart) => inCart,
  });
  document.body.replaceChildren(lines.element);
  const part = <E extends HTMLElement>(testId: string) =>
    document.querySelector<E>(`[data-testid="${testId}"]`) as E;
  return { lines, wanted, part };
}

test('an update keeps the field that somebody is typing in', () => {
  const { lines, part } = setUp();
  lines.update(cart(['BOOK-001', 1], ['FOOD-001', 1]));
  const field = part<HTMLInputElement>('quantity-BOOK-001');
  field.focus();
  lines.update(cart(['BOOK-001', 3]));
  expect(document.activeElement).toBe(field);
  expect(field.value).toBe('3');
  expect(part('cart-item-FOOD-001')).toBeNull();
});

test('the buttons ask for one more, one less and none', () => {
  const { lines, wanted, part } = setUp();
  lines.update(cart(['BOOK-001', 2]));
  part('increase-BOOK-001').click();
  part('decrease-BOOK-001').click();
  part('remove-BOOK-001').click();
  expect(wanted.map(([, quantity]) => quantity)).toEqual([3, 1, 0]);
});

test('a typed quantity that is none is put back', () => {
  const { lines, wanted, part } = setUp();
  lines.update(cart(['BOOK-001', 2]));
  const field = part<HTMLInputElement>('quantity-BOOK-001');
  for (const typed of ['', '0', '-3', '1000']) {
    field.value = typed;
    field.dispatchEvent(new Event('change'));
    expect(field.value).toBe('2');
  }
  expect(wanted).toEqual([]);
});

test('one piece cannot become none by the minus button', () => {
  const { lines, part } = setUp();
  lines.update(cart(['BOOK-001', 1]));
  expect(part<HTMLButtonElement>('decrease-BOOK-001').disabled).toBe(true);
});
