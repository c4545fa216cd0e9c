import type { CartProfile } from '@hantera/storefront-sdk/cart';
import { catalogue, type Product } from '../catalogue';
import { h, setText } from '../dom';
import { formatMoney, localeOf } from '../money';
import { picture } from './pictures';

const FEEDBACK_MS = 1_600;

/** Adds one; says `added` when it is in the cart. */
export type AddProduct = (productNumber: string, name: string) => Promise<'added' | undefined>;

export function createProductGrid(profile: CartProfile, add: AddProduct): HTMLElement[] {
  const list = h('ul', { class: 'grid' });
  for (const product of catalogue) list.append(createCard(product, profile, add));
  const hint = profile.taxIncluded ? 'Prices include tax.' : 'Prices exclude tax.';
  return [
    h(
      'div',
      { class: 'section-head' },
      h('h1', { id: 'products-title' }, 'Today in the shop'),
      h('p', { class: 'quiet' }, hint),
    ),
    list,
  ];
}

function createCard(product: Product, profile: CartProfile, add: AddProduct): HTMLElement {
  const price = product.prices[profile.profileKey];
  const button = h('button', {
    type: 'button',
    class: 'button',
    'data-testid': `add-${product.number}`,
    disabled: price === undefined,
    onclick: () => void addWithFeedback(button, product, add),
  });
  button.append('Add to cart');
  return h(
    'li',
    { class: 'card', 'data-testid': `product-${product.number}` },
    picture(product.number),
    h(
      'div',
      { class: 'card-text' },
      h('h2', {}, product.name),
      h('p', { class: 'quiet' }, product.detail),
      h('p', { class: 'price' }, priceText(price, profile)),
    ),
    button,
  );
}

function priceText(price: number | undefined, profile: CartProfile): string {
  if (price === undefined) return 'Not sold here';
  return formatMoney(price, profile.currencyCode, localeOf(profile.profileKey));
}

async function addWithFeedback(button: HTMLButtonElement, product: Product, add: AddProduct): Promise<void> {
  // A second press while the first is under way would be a second pair of shoes nobody asked for.
  if (button.getAttribute('aria-busy') === 'true') return;
  button.setAttribute('aria-busy', 'true');
  const outcome = await add(product.number, product.name);
  button.removeAttribute('aria-busy');
  if (outcome !== 'added') return;
  button.dataset.state = 'added';
  setText(button, 'Added ✓');
  setTimeout(() => {
    delete button.dataset.state;
    setText(button, 'Add to cart');
  }, FEEDBACK_MS);
}
