import type { Cart, CartMutationResponse } from '@hantera/storefront-sdk/cart';
import { expect, test } from 'vitest';
import { createQuantities } from './quantities';

const CART = { items: [] as unknown } as Cart;

/** A server that answers when it is told to. */
function setUp() {
  const calls: string[] = [];
  const problems: string[] = [];
  const waiting: ((answer: CartMutationResponse) => void)[] = [];
  const ask = (call: string) => {
    calls.push(call);
    return new Promise<CartMutationResponse>((resolve) => waiting.push(resolve));
  };
  const quantities = createQuantities(
    {
      setQuantity: (cartId, { cartItemId, quantity }) => ask(`${cartId} ${cartItemId}=${quantity}`),
      removeItem: (cartId, { cartItemId }) => ask(`${cartId} ${cartItemId} out`),
    },
    () => 'cart',
    { onChange: () => {}, onCart: () => {}, onProblem: (code) => code && problems.push(code) },
  );
  const answer = async (with_: CartMutationResponse = CART) => {
    waiting.shift()?.(with_);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { quantities, calls, problems, answer };
}

test('quick presses show at once and send only the first and the newest', async () => {
  const { quantities, calls, answer } = setUp();
  for (const quantity of [2, 3, 4, 5]) quantities.want('shoe', quantity);
  expect(quantities.shown('shoe', 1)).toBe(5);
  await answer();
  expect(quantities.shown('shoe', 2)).toBe(5);
  await answer();
  expect(calls).toEqual(['cart shoe=2', 'cart shoe=5']);
  expect(quantities.shown('shoe', 5)).toBe(5);
});

test('zero takes the line out', async () => {
  const { quantities, calls, answer } = setUp();
  quantities.want('shoe', 0);
  await answer();
  expect(calls).toEqual(['cart shoe out']);
});

test('a refused quantity says why and shows the cart again', async () => {
  const { quantities, problems, answer } = setUp();
  quantities.want('shoe', 9);
  await answer({ errors: [{ code: 'CART_LOCKED', message: 'The cart is being paid.' }] });
  expect(problems).toEqual(['CART_LOCKED']);
  expect(quantities.shown('shoe', 1)).toBe(1);
});
