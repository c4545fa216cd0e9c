/** The tag as frameworks know it: how its attributes and events are written in their templates. Types alone. */
import type { KustomEvents } from './element.js';

/** Written as in HTML. */
export type KustomAttributes = {
  'base-url'?: string | undefined;
  'cart-id'?: string | undefined;
  'terms-url'?: string | undefined;
  'checkout-url'?: string | undefined;
  'confirmation-url'?: string | undefined;
  locale?: string | undefined;
  nonce?: string | undefined;
};

/** The same set as properties. */
export type KustomProperties = {
  baseUrl?: string | undefined;
  cartId?: string | undefined;
  termsUrl?: string | undefined;
  checkoutUrl?: string | undefined;
  confirmationUrl?: string | undefined;
};

/** `onkustom-completed={…}`, as React and Svelte have it. */
export type KustomListeners = {
  [Name in keyof KustomEvents as `on${Name}`]?: ((event: KustomEvents[Name]) => void) | undefined;
};
