/** The order summary and the checkout side by side; the summary can be changed while Kustom's iframe is open. */
import '@kassa/checkout-element';
import type { Cart } from '@hantera/storefront-sdk/cart';
import type { KustomCheckoutElement } from '@kassa/checkout-element';
import { html, type TemplateResult } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import { type CartKeeper, createCartKeeper, type FullCart } from '../cart/keeper';
import { attempt } from '../cart/refusal';
import { language, problemText, texts } from '../language';
import { memory } from '../memory';
import { amountToPay, formatMoney } from '../money';
import { hints } from '../parts/cart-drawer';
import { cartLines } from '../parts/cart-lines';
import { createCoupon } from '../parts/coupon';
import { createFrame, type Frame, notice } from '../parts/frame';
import { totals } from '../parts/totals';
import { scene } from '../scene';
import { redraw } from '../screen';
import { carts } from '../server';
import { createOrderPage, focusOrder } from './order-page';

type Content = { main: () => TemplateResult; over?: () => TemplateResult; title?: () => string };

const LOADING: Content = {
  main: () => html`<div class="checkout"><h1 class="visually-hidden">${texts().checkout}</h1></div>`,
};
const EMPTY: Content = { main: () => notice(texts().emptyTitle, texts().emptyText) };
const UNKNOWN: Content = { main: () => notice(texts().unknownTitle, texts().unknownText) };
const GONE: Content = {
  main: () =>
    notice(
      texts().gone,
      texts().goneText,
      html`<a class="button primary" href=${location.href}>${texts().tryAgain}</a>`,
    ),
};

export async function showCheckout(root: HTMLElement, cartIdInAddress: string | undefined): Promise<void> {
  let content = LOADING;
  const frame = createFrame(root, {
    title: () => content.title?.() ?? texts().checkout,
    main: () => content.main(),
    over: () => content.over?.() ?? html``,
  });
  const cartId = cartIdInAddress ?? memory.cartId(memory.profile() ?? '');
  const showOrder = (cart: Cart) => {
    content = createOrderPage(cart);
    focusOrder();
  };
  content = cartId ? await contentFor(cartId, frame, showOrder) : EMPTY;
  redraw();
}

async function contentFor(cartId: string, frame: Frame, showOrder: (cart: Cart) => void): Promise<Content> {
  const answer = await attempt(() => carts.getCart(cartId));
  if ('code' in answer) return answer.code === 'UNREACHABLE' ? GONE : UNKNOWN;
  const cart = answer.value;
  scene.set({ cartId: cart.cartId });
  if (cart.cartState === 'completed') return createOrderPage(cart);
  if (cart.items.length === 0) return EMPTY;
  if (cart.profileKey) {
    // A shopper may arrive on another origin than they left, where nothing is remembered yet.
    memory.setProfile(cart.profileKey);
    memory.setCartId(cart.profileKey, cart.cartId);
  }
  return openCheckout(cart, frame, showOrder);
}

function openCheckout(cart: Cart, frame: Frame, showOrder: (cart: Cart) => void): Content {
  let element: KustomCheckoutElement | undefined;
  const keeper = createCartKeeper(carts, redraw, (change) => (element ? element.update(change) : change()));
  const coupon = createCoupon(keeper, frame.announce);
  const onCart = ({ cart: newest }: { cart: Cart }) => {
    const before = keeper.cart && amountToPay(keeper.cart);
    keeper.take(newest);
    const now = amountToPay(newest);
    if (before !== now) frame.announce(texts().newTotal(formatMoney(now, newest.currencyCode)));
  };
  keeper.take(cart);
  const adopt = (found: Element | undefined) => {
    if (!found || found === element) return;
    element = found as KustomCheckoutElement;
    scene.set({ checkout: element });
  };
  const payment = () => html`
    <section class="payment" aria-label=${texts().payment}>
      <kustom-checkout
        ${ref(adopt)}
        cart-id=${cart.cartId}
        terms-url="/terms"
        checkout-url="/checkout"
        confirmation-url="/confirmation?kustom_order={checkout.order.id}"
        locale=${language()}
        @kustom-cart=${({ detail }: CustomEvent<{ cart: Cart }>) => onCart(detail)}
        @kustom-completed=${({ detail }: CustomEvent<{ cart: Cart }>) => showOrder(detail.cart)}
      ></kustom-checkout>
    </section>
  `;
  return {
    main: () => html`<div class="checkout">${summary(keeper, coupon.template, frame)} ${payment()}</div>`,
  };
}

/** Where summary and form stand side by side. On a phone the summary would be a long way to the form, so it is folded. */
const ROOMY = matchMedia('(min-width: 800px)');
ROOMY.addEventListener('change', redraw);

function summary(
  keeper: CartKeeper,
  coupon: (cart: FullCart) => TemplateResult,
  frame: Frame,
): TemplateResult {
  const { cart, problem } = keeper;
  if (!cart) return html``;
  const toPay = formatMoney(amountToPay(cart), cart.currencyCode);
  const title = html`<h1 id="summary-title" data-cart-title tabindex="-1">${texts().summary}</h1>`;
  const content = html`
    <p class="problem" role="alert" data-testid="cart-problem" ?hidden=${!problem}>
      ${problem ? problemText(problem) : ''}
    </p>
    ${cartLines(cart, keeper, frame.announce)}
    <p class="empty" ?hidden=${cart.items.length > 0}>${texts().emptyTitle}</p>
    ${hints(cart)} ${coupon(cart)} ${totals(cart)}
    <a class="quiet" href="/">${texts().backToShop}</a>
  `;
  const folded = html`
    <details data-testid="summary">
      <summary>${title} <span class="total-beside">${toPay}</span></summary>
      <div class="summary-content">${content}</div>
    </details>
  `;
  return html`
    <section class="summary panel" aria-labelledby="summary-title">
      ${ROOMY.matches ? html`<div class="summary-content">${title} ${content}</div>` : folded}
    </section>
  `;
}
