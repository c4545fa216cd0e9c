/**
 * Where Kustom sends the shopper after payment. The element sees by the address that they come back, asks until the
 * order is there and tells; then the whole order is shown. It needs nothing from before, not even the same browser.
 */
import '@kassa/checkout-element';
import type { Cart } from '@hantera/storefront-sdk/cart';
import type { KustomStateDetail } from '@kassa/checkout-element';
import { html, type TemplateResult } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import { attempt } from '../cart/refusal';
import { language, texts } from '../language';
import { createFrame, notice } from '../parts/frame';
import { scene } from '../scene';
import { redraw } from '../screen';
import { carts } from '../server';
import { createOrderPage, focusOrder } from './order-page';

type Content = { main: () => TemplateResult; over?: () => TemplateResult; title?: () => string };

const NO_ORDER: Content = {
  main: () =>
    notice(
      texts().noOrderTitle,
      texts().noOrderText,
      html`
        <a class="button primary" href="/orders">${texts().lookUp}</a>
        <a class="button" href="/">${texts().toShop}</a>
      `,
    ),
};

export async function showConfirmation(root: HTMLElement): Promise<void> {
  const query = new URLSearchParams(location.search);
  const isBack = query.get('redirect_status') === 'succeeded' && query.get('cart');
  let content: Content = { main: () => html`` };
  const showOrder = (cart: Cart) => {
    // The address holds the key to the cart, which is not for bookmarks. A reload finds it in the history.
    history.replaceState({ cartId: cart.cartId }, '', location.pathname);
    scene.set({ cartId: cart.cartId });
    content = createOrderPage(cart);
    focusOrder();
  };
  if (isBack) content = createWaiting(showOrder);
  createFrame(root, {
    title: () => content.title?.() ?? texts().confirmation,
    main: () => content.main(),
    over: () => content.over?.() ?? html``,
  });
  if (isBack) return;
  content = await contentFor(query.get('cart') ?? rememberedCart());
  redraw();
}

function rememberedCart(): string | undefined {
  const { cartId } = (history.state ?? {}) as { cartId?: unknown };
  return typeof cartId === 'string' ? cartId : undefined;
}

async function contentFor(cartId: string | undefined): Promise<Content> {
  if (!cartId) return NO_ORDER;
  const answer = await attempt(() => carts.getCart(cartId));
  if ('code' in answer) return NO_ORDER;
  history.replaceState({ cartId }, '', location.pathname);
  scene.set({ cartId });
  if (answer.value.cartState === 'completed') return createOrderPage(answer.value);
  const checkout = `/checkout?cart=${encodeURIComponent(cartId)}`;
  const back = () => html`<a class="button primary" href=${checkout}>${texts().toCheckoutAgain}</a>`;
  return { main: () => notice(texts().unpaidTitle, texts().unpaidText, back()) };
}

function createWaiting(showOrder: (cart: Cart) => void): Content {
  let phase = 'confirming';
  const onState = ({ detail }: CustomEvent<KustomStateDetail>) => {
    phase = detail.state.phase;
    redraw();
  };
  const adopt = (element: Element | undefined) => {
    if (element) scene.set({ checkout: element as HTMLElementTagNameMap['kustom-checkout'] });
  };
  return {
    main: () => html`
      <article class="notice" data-testid="confirming">
        <h1>${phase === 'failed' ? texts().failedTitle : texts().confirmingTitle}</h1>
        <kustom-checkout
          ${ref(adopt)}
          checkout-url="/checkout"
          locale=${language()}
          @kustom-state=${onState}
          @kustom-completed=${({ detail }: CustomEvent<{ cart: Cart }>) => showOrder(detail.cart)}
        ></kustom-checkout>
      </article>
    `,
  };
}
