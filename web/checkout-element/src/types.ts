/** What a checkout is given, and what it tells. */
import type { Cart } from './cart.js';
import type { CheckoutState, Problem } from './machine/state.js';
import type { CheckoutUrls } from './payment.js';

/** What Kustom tells of a chosen way to ship. Its amounts are in minor units. */
export type ShippingOption = {
  readonly id?: string;
  readonly name?: string;
  readonly price?: number;
} & Record<string, unknown>;

export type CheckoutListener = {
  onState?: (state: CheckoutState, before: CheckoutState) => void;
  onCart?: (cart: Cart) => void;
  /** Something that the shopper must be told. `OVERDUE` may pass by itself. */
  onProblem?: (problem: Problem) => void;
  onCompleted?: (cart: Cart) => void;
  onOption?: (option: ShippingOption) => void;
  onConnection?: (isConnected: boolean) => void;
};

export type CheckoutOptions = CheckoutListener & {
  readonly baseUrl: string;
  readonly cartId: string;
  readonly urls: CheckoutUrls;
  /** This page load is the way back from Kustom: nothing is opened, the payment is asked about. */
  readonly isBack: boolean;
  /** In the page itself, not in a shadow tree. Kustom fills it; nobody else touches it. */
  readonly container: HTMLElement;
  /** Of the page's Content-Security-Policy, for Kustom's inline script. */
  readonly nonce?: string;
  /** By the shop's own cart client, if it has one. */
  readonly readCart?: () => Promise<unknown>;
};

/** Why a change could not be made, or did not end in an open checkout. */
export class CheckoutError extends Error {
  readonly code: string = this.message;
}
