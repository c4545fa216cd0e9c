/**
 * The cart of a page: what it says now, and everything that changes it.
 *
 * Beside an open checkout each change is made through the element, which locks the iframe around it; elsewhere there
 * is nothing to lock. That is the only difference, and `around` is it.
 */
import { type Cart, type CartClient, isCartErrors } from '@hantera/storefront-sdk/cart';
import { cartLocale, type Market } from '../markets';
import { memory } from '../memory';
import { createQuantities, type Quantities } from './quantities';
import { type Answered, attempt } from './refusal';

export type Around = <T>(change: () => Promise<T>) => Promise<T>;

/** What the playground says of a cart beyond the published type: the wire has it. */
export type FullCart = Cart & { coupons?: string[]; invalidCoupons?: string[]; orderState?: string };

export type CartKeeper = {
  readonly cart: FullCart | undefined;
  /** Why the last change was refused. */
  readonly problem: string | undefined;
  readonly quantities: Quantities;
  /** Shows the cart that this browser remembers for a market, if it is still open. */
  open: (market: Market) => Promise<void>;
  /** A newer cart that somebody else heard of. */
  take: (cart: Cart) => void;
  /** Asks again: another tab may have changed it. */
  refresh: () => Promise<void>;
  /** The code of what stood in the way, or nothing. */
  add: (market: Market, productNumber: string, quantity: number) => Promise<string | undefined>;
  addCoupon: (code: string) => Promise<string | undefined>;
  removeCoupon: (code: string) => Promise<string | undefined>;
};

type Calls = Omit<CartClient, 'subscribeToCartEvents' | 'unsubscribeFromCartEvents'>;

export function createCartKeeper(
  client: Calls,
  onChange: () => void,
  around: Around = (act) => act(),
): CartKeeper {
  let cart: FullCart | undefined;
  let problem: string | undefined;
  let market: Market | undefined;
  /** Grows with everything that is heard, so that an answer to an older question is recognised. */
  let heard = 0;

  const show = (newest: Cart | undefined) => {
    heard += 1;
    cart = newest;
    onChange();
  };
  const quantities = createQuantities(
    {
      setQuantity: (cartId, request) => around(() => client.setQuantity(cartId, request)),
      removeItem: (cartId, request) => around(() => client.removeItem(cartId, request)),
    },
    () => cart?.cartId ?? '',
    {
      onChange,
      onCart: show,
      onProblem: (code) => {
        problem = code;
        onChange();
      },
    },
  );
  const look = async (cartId: string) => {
    const before = heard;
    const found = await client.getCart(cartId).catch(() => undefined);
    if (!found || before !== heard) return;
    show('errors' in found || found.cartState !== 'open' ? undefined : found);
  };
  const change = async (call: (cartId: string) => Promise<Cart | { errors: unknown }>) => {
    const { cartId } = cart ?? {};
    if (!cartId) return 'EMPTY_CART';
    return note(await attempt(() => around(() => call(cartId))), show);
  };

  return {
    get cart() {
      return cart;
    },
    get problem() {
      return problem;
    },
    quantities,
    take: show,
    open: async (chosen) => {
      market = chosen;
      problem = undefined;
      show(undefined);
      const cartId = memory.cartId(chosen.profileKey);
      if (cartId) await look(cartId);
    },
    refresh: async () => {
      const cartId = cart?.cartId ?? memory.cartId(market?.profileKey ?? '');
      if (cartId) await look(cartId);
    },
    add: async (chosen, productNumber, quantity) => {
      const answer = await attempt(() =>
        addItem(client, cart, quantities, chosen, { productNumber, quantity }),
      );
      return note(answer, show);
    },
    addCoupon: (code) => change((cartId) => client.addCoupon(cartId, code)),
    removeCoupon: (code) => change((cartId) => client.removeCoupon(cartId, code)),
  };
}

function note(answer: Answered<unknown>, show: (cart: Cart) => void): string | undefined {
  if ('code' in answer) return answer.code;
  show(answer.value as Cart);
  return undefined;
}

type Item = { productNumber: string; quantity: number };

/** More of what is in the cart already makes that line longer; the server would make a second line of it. */
async function addItem(client: Calls, cart: Cart | undefined, shown: Quantities, market: Market, item: Item) {
  const line = cart?.items.find(({ productNumber }) => productNumber === item.productNumber);
  if (cart && line) {
    const quantity = shown.shown(line.cartItemId, line.quantity) + item.quantity;
    return client.setQuantity(cart.cartId, { cartItemId: line.cartItemId, quantity });
  }
  return client.addItem(cart?.cartId ?? (await newCart(client, market)), item);
}

async function newCart(client: Calls, market: Market): Promise<string> {
  const { profileKey, countries } = market;
  const request = { profileKey, locale: cartLocale(market), countryCode: countries[0] ?? '' };
  const answer: unknown = await client.createCart(request);
  // The published type knows no refusal here; the server does.
  if (isCartErrors(answer)) throw answer.errors[0];
  const { cartId } = answer as { cartId: string };
  memory.setCartId(profileKey, cartId);
  return cartId;
}
