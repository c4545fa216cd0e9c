/** Defines `<kustom-checkout>`. */
import { KustomCheckoutElement, type KustomEvents } from './element';

export type { Cart } from '@hantera/storefront-sdk/cart';
export type {
  KustomCartDetail,
  KustomErrorDetail,
  KustomEvents,
  KustomOptionDetail,
  KustomStateDetail,
} from './element';
export { KustomCheckoutElement } from './element';
export type { CartNews, CheckoutState, Note, Phase, Problem, WayOut } from './machine/state';
export { CheckoutError, type ShippingOption } from './types';

declare global {
  interface HTMLElementTagNameMap {
    'kustom-checkout': KustomCheckoutElement;
  }
  interface HTMLElementEventMap extends KustomEvents {}
}

// A page may load this twice, once from its bundle and once as a file.
if (!customElements.get('kustom-checkout')) customElements.define('kustom-checkout', KustomCheckoutElement);
