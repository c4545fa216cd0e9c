/** What the shop has besides its pages: products, and a cart at the server. */
import {
  type Cart,
  type CartItem,
  type CartMutationResponse,
  createCartClient,
  isCartErrors,
} from '@hantera/storefront-sdk/cart';
import { CheckoutError } from '@kassa/checkout-element';

export type { Cart, CartItem, CartMutationResponse };

export const baseUrl: string = import.meta.env.VITE_KASSA_URL ?? 'http://127.0.0.1:3300';

export const products = [
  { number: 'SH005-BLK-10', name: 'Running shoe', price: 1299, picture: '#shoe' },
  { number: 'BOOK-001', name: 'The Long Receipt', price: 249, picture: '#book' },
];

const client = createCartClient({ baseUrl });
const STORED_CART = 'cart-id';

/** The cart of the last visit, unless it has become an order since. */
export async function readCart(): Promise<Cart | undefined> {
  const cartId = localStorage.getItem(STORED_CART);
  if (!cartId) return undefined;
  const cart = await client.getCart(cartId);
  // It may have become an order while the answer was on its way.
  const isForgotten = localStorage.getItem(STORED_CART) !== cartId;
  return isForgotten || isCartErrors(cart) || cart.cartState !== 'open' ? undefined : cart;
}

/** Adding what is in the cart already makes one more of it. */
export async function addToCart(
  cart: Cart | undefined,
  productNumber: string,
): Promise<CartMutationResponse> {
  const item = cart?.items.find((one) => one.productNumber === productNumber);
  if (cart && item) return setQuantity(cart, item, item.quantity + 1);
  return client.addItem(cart?.cartId ?? (await newCart()), { productNumber, quantity: 1 });
}

export function setQuantity(cart: Cart, item: CartItem, quantity: number): Promise<CartMutationResponse> {
  const { cartItemId } = item;
  if (quantity < 1) return client.removeItem(cart.cartId, { cartItemId });
  return client.setQuantity(cart.cartId, { cartItemId, quantity });
}

export function forgetCart(): void {
  localStorage.removeItem(STORED_CART);
}

async function newCart(): Promise<string> {
  const { cartId } = await client.createCart({ profileKey: 'se-webshop', locale: 'en-SE' });
  localStorage.setItem(STORED_CART, cartId);
  return cartId;
}

/** The client answers refusals where others throw them. */
export function cartIn(answer: CartMutationResponse): Cart {
  if (isCartErrors(answer)) throw new Refusal(answer.errors[0]?.message ?? 'That cannot be done.');
  return answer;
}

class Refusal extends Error {}

export function textOf(problem: unknown): string {
  if (problem instanceof Refusal) return problem.message;
  if (problem instanceof CheckoutError && problem.code === 'PAYING') {
    return 'The cart is being paid, so it cannot be changed now.';
  }
  return 'The shop cannot be reached. Your cart is safe; please try again.';
}

export function money(amount: number, currency = 'SEK'): string {
  return new Intl.NumberFormat('en-SE', { style: 'currency', currency }).format(amount);
}
