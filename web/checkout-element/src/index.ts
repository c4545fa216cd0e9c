/** Defines `<kustom-checkout>`. */
import { KustomCheckoutElement, type KustomEvents } from './element.js';

export type { Cart } from './cart.js';
export type {
  KustomCartDetail,
  KustomErrorDetail,
  KustomEvents,
  KustomOptionDetail,
  KustomStateDetail,
} from './element.js';
export { KustomCheckoutElement } from './element.js';
export type { CartNews, CheckoutState, Note, Phase, Problem, WayOut } from './machine/state.js';
export { CheckoutError, type ShippingOption } from './types.js';

declare global {
  interface HTMLElementTagNameMap {
    'kustom-checkout': KustomCheckoutElement;
  }
  interface HTMLElementEventMap extends KustomEvents {}
}

// Nowhere without a document, and only once where a page loads this twice, from its bundle and as a file.
if (globalThis.customElements && !customElements.get('kustom-checkout'))
  customElements.define('kustom-checkout', KustomCheckoutElement);
