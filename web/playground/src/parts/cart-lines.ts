/** The lines of an open cart, each with its quantity. A line keeps its elements while it is in the cart. */
import type { CartItem } from '@hantera/storefront-sdk/cart';
import { html, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { CartKeeper, FullCart } from '../cart/keeper';
import { choicesText, pictureUrl, variantNamed } from '../catalogue';
import { language, texts } from '../language';
import { formatMoney } from '../money';
import { focusOn } from '../screen';

const MAX_QUANTITY = 999;

export function cartLines(
  cart: FullCart,
  keeper: CartKeeper,
  announce: (message: string) => void,
): TemplateResult {
  return html`
    <ul class="lines">
      ${repeat(
        cart.items,
        ({ cartItemId }) => cartItemId,
        (item) => line(item, cart, keeper, announce),
      )}
    </ul>
  `;
}

function line(item: CartItem, cart: FullCart, keeper: CartKeeper, announce: (message: string) => void) {
  const { cartItemId, productNumber: number } = item;
  const quantity = keeper.quantities.shown(cartItemId, item.quantity);
  const name = fullName(item);
  const money = (amount: number) => formatMoney(amount, cart.currencyCode);
  const remove = () => {
    const next = neighbourOf(cart.items, cartItemId);
    keeper.quantities.want(cartItemId, 0);
    announce(texts().removed(name));
    // The button goes with its line, and whoever pressed it must not be thrown to the top of the page.
    focusOn(`[data-testid="remove-${next}"]`, '[data-cart-title]');
  };
  return html`
    <li class="line" data-testid="cart-item-${number}" ?data-pending=${quantity !== item.quantity} ?hidden=${quantity === 0}>
      ${linePicture(number)}
      <div class="line-text">
        <p class="line-name">${nameOf(item)}</p>
        <p class="quiet">${choicesOf(number)}</p>
        <p class="quiet">${texts().each(money(item.unitPrice))}</p>
      </div>
      <p class="line-total" data-testid="line-total-${number}">
        ${item.discount > 0 ? html`<s>${money(item.total + item.discount)}</s>` : ''} ${money(item.total)}
      </p>
      <div class="line-controls">
        ${stepper(number, name, quantity, (wanted) => keeper.quantities.want(cartItemId, wanted))}
        <button type="button" class="text-button" data-testid="remove-${number}"
          aria-label=${texts().removeNamed(name)} @click=${remove}>${texts().remove}</button>
      </div>
    </li>
  `;
}

function stepper(
  number: string,
  name: string,
  quantity: number,
  want: (quantity: number) => void,
): TemplateResult {
  const typed = (event: Event) => {
    const input = event.target as HTMLInputElement;
    const wanted = Math.trunc(input.valueAsNumber);
    if (wanted >= 1 && wanted <= MAX_QUANTITY) want(wanted);
    else input.value = String(quantity);
  };
  return html`
    <div class="stepper">
      <button type="button" data-testid="decrease-${number}" aria-label=${texts().oneLess(name)}
        ?disabled=${quantity <= 1} @click=${() => want(quantity - 1)}>−</button>
      <input type="number" inputmode="numeric" min="1" max=${MAX_QUANTITY} step="1" data-testid="quantity-${number}"
        aria-label=${texts().quantityOf(name)} .value=${String(quantity)} @change=${typed} />
      <button type="button" data-testid="increase-${number}" aria-label=${texts().oneMore(name)}
        ?disabled=${quantity >= MAX_QUANTITY} @click=${() => want(quantity + 1)}>+</button>
    </div>
  `;
}

/** The product number of the line that takes a removed one's place. */
export function neighbourOf(items: readonly CartItem[], removed: string): string | undefined {
  const index = items.findIndex(({ cartItemId }) => cartItemId === removed);
  return (items[index + 1] ?? items[index - 1])?.productNumber;
}

type Sold = { productNumber: string; description?: string };

/** In the page's language for what we sell; otherwise what the server calls it. */
export function nameOf({ productNumber, description }: Sold): string {
  return variantNamed(productNumber)?.product.name[language()] ?? description ?? productNumber;
}

export function choicesOf(productNumber: string): string {
  const found = variantNamed(productNumber);
  return found ? choicesText(found.product, found.variant, language()) : '';
}

function fullName(item: Sold): string {
  return [nameOf(item), choicesOf(item.productNumber)].filter(Boolean).join(', ');
}

/** Decoration: the name stands beside it. */
export function linePicture(productNumber: string): TemplateResult {
  const picture = variantNamed(productNumber)?.variant.picture;
  const url = picture && pictureUrl(picture);
  return url
    ? html`<img src=${url} width="480" height="360" alt="" loading="lazy" />`
    : html`<span class="no-picture" aria-hidden="true"></span>`;
}
