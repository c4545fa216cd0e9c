import type { Cart } from '@hantera/storefront-sdk/cart';
import { beforeEach, expect, test, vi } from 'vitest';
import { marketNamed } from '../markets';
import { memory } from '../memory';
import { type Around, createCartKeeper } from './keeper';

const SWEDEN = marketNamed('se-webshop');

function cart(quantity = 1, more: Partial<Cart> = {}): Cart {
  const items = [{ cartItemId: 'line', productNumber: 'BOOK-001', quantity }];
  return { cartId: 'cart', cartState: 'open', items, ...more } as unknown as Cart;
}

function setUp() {
  const client = {
    createCart: vi.fn(async (): Promise<unknown> => ({ cartId: 'cart' })),
    getCart: vi.fn(async (): Promise<unknown> => cart()),
    addItem: vi.fn(async (): Promise<unknown> => cart()),
    setQuantity: vi.fn(
      async (_: string, { quantity }: { quantity: number }): Promise<unknown> => cart(quantity),
    ),
    addCoupon: vi.fn(async (): Promise<unknown> => ({ errors: [{ code: 'COUPON_NOT_FOUND', message: '' }] })),
  };
  let changes = 0;
  const around: Around = (change) => {
    changes += 1;
    return change();
  };
  const keeper = createCartKeeper(client as never, () => {}, around);
  return { client, keeper, changes: () => changes };
}

beforeEach(() => localStorage.clear());

test('the first thing begins a cart, which this browser remembers', async () => {
  const { client, keeper } = setUp();
  expect(await keeper.add(SWEDEN, 'BOOK-001', 2)).toBeUndefined();
  expect(client.addItem).toHaveBeenCalledWith('cart', { productNumber: 'BOOK-001', quantity: 2 });
  expect(memory.cartId('se-webshop')).toBe('cart');
});

test('more of the same makes its line longer', async () => {
  const { client, keeper } = setUp();
  keeper.take(cart(3));
  await keeper.add(SWEDEN, 'BOOK-001', 2);
  expect(client.setQuantity).toHaveBeenCalledWith('cart', { cartItemId: 'line', quantity: 5 });
  expect(client.addItem).not.toHaveBeenCalled();
});

test('a refusal is a code, of the server or of the network', async () => {
  const { client, keeper } = setUp();
  keeper.take(cart());
  expect(await keeper.addCoupon('NOPE')).toBe('COUPON_NOT_FOUND');
  client.addCoupon.mockRejectedValueOnce(new TypeError('fetch failed'));
  expect(await keeper.addCoupon('NOPE')).toBe('UNREACHABLE');
  client.createCart.mockResolvedValueOnce({ errors: [{ code: 'INVALID_PROFILE', message: '' }] });
  await keeper.open(SWEDEN);
  expect(await keeper.add(SWEDEN, 'BOOK-001', 1)).toBe('INVALID_PROFILE');
});

test('changes beside the checkout go through it', async () => {
  const { keeper, changes } = setUp();
  keeper.take(cart());
  await keeper.addCoupon('NOPE');
  keeper.quantities.want('line', 4);
  await vi.waitFor(() => expect(keeper.cart?.items[0]?.quantity).toBe(4));
  expect(changes()).toBe(2);
});

test('a cart that was paid in another tab is no longer shown', async () => {
  const { client, keeper } = setUp();
  keeper.take(cart());
  client.getCart.mockResolvedValueOnce(cart(1, { cartState: 'completed' }));
  await keeper.refresh();
  expect(keeper.cart).toBeUndefined();
});

test('an answer that is older than what was heard since changes nothing', async () => {
  const { client, keeper } = setUp();
  keeper.take(cart(1));
  let answer = (_: Cart) => {};
  client.getCart.mockReturnValueOnce(
    new Promise<Cart>((resolve) => {
      answer = resolve;
    }),
  );
  const asked = keeper.refresh();
  keeper.take(cart(7));
  answer(cart(1));
  await asked;
  expect(keeper.cart?.items[0]?.quantity).toBe(7);
});
