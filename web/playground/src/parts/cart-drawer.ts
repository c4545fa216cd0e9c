/** The cart over the page: a real dialog, so that focus, Escape and what lies behind it are the browser's business. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { CartKeeper, FullCart } from '../cart/keeper';
import { problemText, texts } from '../language';
import { cartLines } from './cart-lines';
import { CART_ADDRESS, CART_PICTURE } from './cart-link';
import type { Coupon } from './coupon';
import { totals } from './totals';

export function cartButton(keeper: CartKeeper): TemplateResult {
  const pieces = piecesIn(keeper);
  return html`
    <button type="button" class="cart-button" data-testid="open-cart" aria-haspopup="dialog"
      aria-label=${texts().openCart(pieces)} @click=${openDrawer}>
      ${CART_PICTURE}
      <span class="count" data-testid="cart-count" aria-hidden="true" ?hidden=${pieces === 0}>${pieces}</span>
    </button>
  `;
}

/** Opens the drawer of a shop page on arrival. */
export function isCartAsked(): boolean {
  return CART_ADDRESS.endsWith(location.hash) && location.hash !== '';
}

export function openDrawer(): void {
  const drawer = document.querySelector<HTMLDialogElement>('#cart');
  if (drawer && !drawer.open) drawer.showModal();
}

export function piecesIn({ cart, quantities }: CartKeeper): number {
  const pieces = (cart?.items ?? []).map((item) => quantities.shown(item.cartItemId, item.quantity));
  return pieces.reduce((sum, quantity) => sum + quantity, 0);
}

export function cartDrawer(
  keeper: CartKeeper,
  coupon: Coupon,
  announce: (message: string) => void,
): TemplateResult {
  const { cart, problem } = keeper;
  const isFilled = cart !== undefined && piecesIn(keeper) > 0;
  // A press on the dialog itself is one beside what is in it.
  const closeBeside = (event: MouseEvent) => {
    if (event.target === event.currentTarget) (event.currentTarget as HTMLDialogElement).close();
  };
  return html`
    <dialog id="cart" class="drawer" aria-labelledby="cart-title" @click=${closeBeside}>
      <div class="drawer-inner">
        <header>
          <h2 id="cart-title" data-cart-title tabindex="-1">${texts().cart}</h2>
          <form method="dialog"><button class="close" aria-label=${texts().close}><span aria-hidden="true">×</span></button></form>
        </header>
        <p class="problem" role="alert" data-testid="cart-problem" ?hidden=${!problem}>
          ${problem ? problemText(problem) : ''}
        </p>
        ${isFilled ? filled(cart, coupon, cartLines(cart, keeper, announce)) : empty()}
      </div>
    </dialog>
  `;
}

function filled(cart: FullCart, coupon: Coupon, lines: TemplateResult): TemplateResult {
  return html`
    <div class="drawer-lines">${lines}</div>
    <footer>
      ${hints(cart)} ${coupon.template(cart)} ${totals(cart)}
      <a class="button primary wide" data-testid="go-to-checkout"
        href="/checkout?cart=${encodeURIComponent(cart.cartId)}">${texts().toCheckout}</a>
    </footer>
  `;
}

function empty(): TemplateResult {
  return html`
    <div class="empty" data-testid="cart-empty">
      <p>${texts().emptyTitle}</p>
      <p class="quiet">${texts().emptyText}</p>
    </div>
  `;
}

/** What is within reach, such as free shipping. The server says it in the language that the cart was begun in. */
export function hints({ promotions, locale }: FullCart): TemplateResult | typeof nothing {
  const within = [...promotions].filter(({ messageRendered }) => Boolean(messageRendered));
  if (within.length === 0) return nothing;
  return html`
    <ul class="hints" data-testid="cart-hints" lang=${locale?.replace('_', '-') ?? nothing}>
      ${within.map(({ messageRendered }) => html`<li>${messageRendered}</li>`)}
    </ul>
  `;
}
