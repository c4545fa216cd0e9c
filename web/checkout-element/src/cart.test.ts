import type { Cart as PublishedCart } from '@hantera/storefront-sdk/cart';
import { expectTypeOf, test } from 'vitest';
import type { Cart } from './cart.js';

test('a cart of ours is a cart of the published client, and the other way round', () => {
  expectTypeOf<Cart>().toExtend<PublishedCart>();
  expectTypeOf<PublishedCart>().toExtend<Cart>();
  expectTypeOf<keyof Cart>().toEqualTypeOf<keyof PublishedCart>();
});
