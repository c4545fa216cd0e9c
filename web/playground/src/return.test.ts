import { beforeEach, expect, test } from 'vitest';
import { takeReturn } from './return';

beforeEach(() => history.replaceState(null, '', '/confirmation'));

test('the cart is read once and leaves the address', () => {
  history.replaceState(null, '', '/confirmation?redirect_status=succeeded&cart=abc&kustom_order=xyz');
  expect(takeReturn()).toEqual({ cartId: 'abc' });
  expect(location.search).toBe('');
});

test('the same page reloaded still knows its cart', () => {
  history.replaceState({ returned: { cartId: 'abc' } }, '', '/confirmation');
  expect(takeReturn()).toEqual({ cartId: 'abc' });
});

test('a page that nobody returned to knows no cart', () => {
  expect(takeReturn()).toBeUndefined();
});
