/** The cart as pages without a drawer show it: a way to the one that has it. */
import { html, type TemplateResult } from 'lit-html';
import { texts } from '../language';

export const CART_PICTURE = html`
  <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" fill="none" stroke="currentColor"
    stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">
    <path d="M5 8h14l1.2 11.2a1 1 0 0 1-1 1.1H4.8a1 1 0 0 1-1-1.1Z" /><path d="M8.5 10.5V7a3.5 3.5 0 0 1 7 0v3.5" />
  </svg>
`;

/** What the shop page opens its drawer for. */
export const CART_ADDRESS = '/#cart';

export function cartLink(): TemplateResult {
  return html`
    <a class="cart-button" href=${CART_ADDRESS} data-testid="open-cart" aria-label=${texts().cart}>${CART_PICTURE}</a>
  `;
}
