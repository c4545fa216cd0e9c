import type { CartItem } from '@hantera/storefront-sdk/cart';
import { render } from 'lit-html';
import { expect, test } from 'vitest';
import type { CartKeeper, FullCart } from '../cart/keeper';
import { cartLines, neighbourOf } from './cart-lines';
import { addressText, byDelivery, type OrderItem } from './order';
import { totals } from './totals';

function item(productNumber: string, quantity: number): CartItem {
  const cartItemId = `id-${productNumber}`;
  return { cartItemId, productNumber, quantity, unitPrice: 10, total: 10 * quantity, tax: 2, discount: 0 };
}

function setUp() {
  const wanted: [string, number][] = [];
  const keeper = {
    quantities: {
      want: (cartItemId: string, quantity: number) => void wanted.push([cartItemId, quantity]),
      shown: (_: string, inCart: number) => inCart,
    },
  } as CartKeeper;
  const draw = (...lines: [string, number][]) => {
    const cart = { items: lines.map((line) => item(...line)), currencyCode: 'SEK' } as unknown as FullCart;
    render(
      cartLines(cart, keeper, () => {}),
      document.body,
    );
  };
  const part = <E extends HTMLElement>(testId: string) =>
    document.querySelector<E>(`[data-testid="${testId}"]`) as E;
  return { draw, wanted, part };
}

test('an update keeps the field that somebody is typing in', () => {
  const { draw, part } = setUp();
  draw(['FOOD-001', 1], ['BOOK-001', 1]);
  const field = part<HTMLInputElement>('quantity-BOOK-001');
  field.focus();
  draw(['BOOK-001', 3]);
  expect(document.activeElement).toBe(field);
  expect(field.value).toBe('3');
  expect(part('cart-item-FOOD-001')).toBeNull();
});

test('the buttons ask for one more, one less and none', () => {
  const { draw, wanted, part } = setUp();
  draw(['BOOK-001', 2]);
  part('increase-BOOK-001').click();
  part('decrease-BOOK-001').click();
  part('remove-BOOK-001').click();
  expect(wanted.map(([, quantity]) => quantity)).toEqual([3, 1, 0]);
});

test('a typed quantity that is none is put back', () => {
  const { draw, wanted, part } = setUp();
  draw(['BOOK-001', 2]);
  const field = part<HTMLInputElement>('quantity-BOOK-001');
  for (const typed of ['', '0', '-3', '1000']) {
    field.value = typed;
    field.dispatchEvent(new Event('change'));
    expect(field.value).toBe('2');
  }
  expect(wanted).toEqual([]);
});

test('the focus goes to the line that takes the place of a removed one', () => {
  const items = [item('A', 1), item('B', 1), item('C', 1)];
  expect(neighbourOf(items, 'id-A')).toBe('B');
  expect(neighbourOf(items, 'id-C')).toBe('B');
  expect(neighbourOf(items.slice(0, 1), 'id-A')).toBeUndefined();
});

test('goods and shipping are shown as they were before the discounts that follow them', () => {
  const sums = {
    currencyCode: 'SEK',
    taxIncluded: true,
    productTotal: 224.1,
    shippingTotal: 0,
    shippingDiscount: 49,
    orderTotal: 224.1,
    orderTaxTotal: 12.68,
    items: [{ discount: 24.9 }],
    promotions: [
      { description: 'Ten percent off', calculatedTotal: 24.9 },
      { description: 'Free shipping', calculatedTotal: 49 },
      { description: 'Within reach', calculatedTotal: 0 },
    ],
  };
  render(totals(sums), document.body);
  const amounts = [...document.querySelectorAll('dd')].map(({ textContent }) =>
    textContent?.replace(/[^\d.−]/g, ''),
  );
  expect(amounts).toEqual(['249', '−24.90', '−49', '49', '224.10', '12.68']);
});

test('an address is written as on a parcel, without what is not known', () => {
  const address = {
    name: 'Anna Ek',
    careOf: 'Öberg',
    addressLine1: 'Storgatan 1',
    postalCode: '111 22',
    city: 'Stockholm',
  };
  expect(addressText(address)).toBe('Anna Ek\nc/o Öberg\nStorgatan 1\n111 22 Stockholm');
  expect(addressText({ countryCode: 'SE' })).toBe('Sweden');
  expect(addressText(undefined)).toBe('');
});

test('what comes together is one delivery', () => {
  const items = [
    { deliveryNumber: 'D1' },
    { deliveryNumber: 'D2' },
    { deliveryNumber: 'D1' },
    {},
  ] as OrderItem[];
  expect(byDelivery(items).map(([number, inside]) => [number, inside.length])).toEqual([
    ['D1', 2],
    ['D2', 1],
  ]);
});
