/** The products, and the cart over them. */
import { html, type TemplateResult } from 'lit-html';
import { type CartKeeper, createCartKeeper } from '../cart/keeper';
import { choicesText, type Variant } from '../catalogue';
import { language, problemText, texts } from '../language';
import { MARKETS, type Market, marketNamed } from '../markets';
import { memory } from '../memory';
import { cartButton, cartDrawer, isCartAsked, openDrawer } from '../parts/cart-drawer';
import { createCoupon } from '../parts/coupon';
import { createFrame } from '../parts/frame';
import { marketSelect } from '../parts/market-select';
import { type Card, type CardActions, cardTemplate, createCard } from '../parts/product-card';
import { createToast } from '../parts/toast';
import { PRODUCTS } from '../products';
import { scene } from '../scene';
import { redraw } from '../screen';
import { carts } from '../server';
import { watchServer } from '../watch-server';

const ADDED_MS = 1_600;

export function showShop(root: HTMLElement): void {
  const cards = PRODUCTS.map(createCard);
  const toast = createToast();
  let markets = MARKETS;
  let market = marketNamed(memory.profile());

  const keeper = createCartKeeper(carts, () => {
    const { cartId } = keeper.cart ?? {};
    if (cartId && cartId !== scene.get().cartId) scene.set({ cartId });
    redraw();
  });
  const announce = (message: string) => frame.announce(message);
  const coupon = createCoupon(keeper, announce);
  const actions = createActions(keeper, () => market, toast.say);
  const choose = (profileKey: string) => {
    market = marketNamed(profileKey);
    memory.setProfile(profileKey);
    for (const card of cards) card.problem = undefined;
    void keeper.open(market);
  };

  const frame = createFrame(root, {
    title: () => texts().shop,
    tools: () => marketSelect(markets, market, choose),
    cart: () => cartButton(keeper),
    main: () => mainTemplate(cards, market, actions),
    over: () => html`${toast.template()} ${cartDrawer(keeper, coupon, announce)}`,
  });
  watchServer({
    setGone: frame.setServerGone,
    onProfiles: (profiles) => {
      const sold = MARKETS.filter(({ profileKey }) => profiles.some((one) => one.profileKey === profileKey));
      if (sold.length === 0 || sold.length === markets.length) return;
      markets = sold;
      if (!sold.includes(market)) choose((sold[0] as Market).profileKey);
      redraw();
    },
    onBack: () => void keeper.refresh(),
  });
  void keeper.open(market).then(() => {
    if (!isCartAsked()) return;
    // Once: a reload, or a step back to this page, is no wish to see the cart again.
    history.replaceState(history.state, '', location.pathname);
    openDrawer();
  });
}

function mainTemplate(cards: Card[], market: Market, actions: CardActions): TemplateResult {
  return html`
    <section class="hero">
      <h1>${texts().heroTitle}</h1>
      <p>${texts().heroText} <span class="quiet">${market.taxIncluded ? texts().pricesWith : texts().pricesWithout}</span></p>
    </section>
    <ul class="grid">${cards.map((card, index) => cardTemplate(card, market, actions, index === 0))}</ul>
  `;
}

function createActions(keeper: CartKeeper, market: () => Market, say: (text: string) => void): CardActions {
  const soldOut = new Set<string>();

  const add = async (card: Card) => {
    // A second press while the first is under way would be a second pair of shoes nobody asked for.
    if (card.state === 'busy') return;
    const { product, variant, quantity } = card;
    card.state = 'busy';
    card.problem = undefined;
    redraw();
    const code = await keeper.add(market(), variant.number, quantity);
    card.state = code ? 'idle' : 'added';
    card.problem = code && problemText(refusalOf(code, keeper, variant, quantity, soldOut));
    redraw();
    if (code) return;
    card.quantity = 1;
    say(texts().isInCart(`${product.name[language()]}, ${choicesText(product, variant, language())}`));
    setTimeout(() => {
      if (card.state === 'added') card.state = 'idle';
      redraw();
    }, ADDED_MS);
  };
  return {
    choose: (card, variant) => {
      Object.assign(card, { variant, problem: undefined, state: 'idle' });
      redraw();
    },
    setQuantity: (card, quantity) => {
      Object.assign(card, { quantity, problem: undefined });
      redraw();
    },
    add: (card) => void add(card),
    isSoldOut: ({ number }) => soldOut.has(number),
  };
}

/** One that is refused to somebody who has none of it is sold out. The server does not say so beforehand. */
function refusalOf(
  code: string,
  { cart }: CartKeeper,
  { number }: Variant,
  quantity: number,
  soldOut: Set<string>,
) {
  const hasSome = cart?.items.some(({ productNumber }) => productNumber === number);
  if (code !== 'OUT_OF_STOCK' || hasSome || quantity > 1) return code;
  soldOut.add(number);
  return 'SOLD_OUT';
}
