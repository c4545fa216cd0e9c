/** One product: its picture, its choices, its price, and how many. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { choicesText, type Option, type Product, pictureUrl, type Variant, variantWith } from '../catalogue';
import { language, texts } from '../language';
import type { Market } from '../markets';
import { formatMoney } from '../money';

export type Card = {
  readonly product: Product;
  variant: Variant;
  quantity: number;
  /** What the button says for a moment after it was pressed. */
  state: 'idle' | 'busy' | 'added';
  problem: string | undefined;
};

export type CardActions = {
  choose: (card: Card, variant: Variant) => void;
  setQuantity: (card: Card, quantity: number) => void;
  add: (card: Card) => void;
  isSoldOut: (variant: Variant) => boolean;
};

/** More than anybody carries home, and far below what the server takes. */
const MAX_AT_ONCE = 20;

export function createCard(product: Product): Card {
  return { product, variant: product.variants[0] as Variant, quantity: 1, state: 'idle', problem: undefined };
}

export function cardTemplate(
  card: Card,
  market: Market,
  actions: CardActions,
  isFirst: boolean,
): TemplateResult {
  const { product, variant } = card;
  const price = variant.prices[market.profileKey];
  return html`
    <li class="card" data-testid="product-${product.key}">
      <img
        src=${pictureUrl(variant.picture) ?? ''}
        width="480"
        height="360"
        alt="${product.name[language()]}, ${choicesText(product, variant, language())}"
        fetchpriority=${isFirst ? 'high' : nothing}
      />
      <div class="card-head">
        <h2>${product.name[language()]}</h2>
        <p class="price">${price === undefined ? texts().notSold : formatMoney(price, market.currency)}</p>
        <p class="quiet">${product.detail[language()]}</p>
      </div>
      <div class="options">
        ${product.options.map((option, index) => optionTemplate(card, option, index, actions))}
      </div>
      ${buyTemplate(card, price === undefined, actions)}
      <p class="problem" role="alert" data-testid="problem-${product.key}" ?hidden=${!card.problem}>
        ${card.problem ?? ''}
      </p>
    </li>
  `;
}

function optionTemplate(card: Card, option: Option, index: number, actions: CardActions): TemplateResult {
  const { product, variant } = card;
  const name = `${product.key}-${index}`;
  const isSoldOut = (key: string) => {
    const other = variantWith(product, variant, index, key);
    return other.chosen[index] === key && actions.isSoldOut(other);
  };
  return html`
    <fieldset class=${option.choices[0]?.swatch ? 'swatches' : 'chips'}>
      <legend>${option.name[language()]}</legend>
      ${option.choices.map(
        ({ key, label, swatch }) => html`
          <label title=${swatch ? label[language()] : nothing} ?data-sold-out=${isSoldOut(key)}>
            <input
              type="radio"
              name=${name}
              value=${key}
              data-testid="choose-${product.key}-${key}"
              .checked=${variant.chosen[index] === key}
              @change=${() => actions.choose(card, variantWith(product, variant, index, key))}
            />
            ${
              swatch
                ? html`<span class="swatch" style="background:${swatch}"></span>
                    <span class="visually-hidden">${label[language()]}</span>`
                : html`<span>${label[language()]}</span>`
            }
          </label>
        `,
      )}
    </fieldset>
  `;
}

function buyTemplate(card: Card, isNotSold: boolean, actions: CardActions): TemplateResult {
  const { product, variant, quantity, state } = card;
  const name = product.name[language()];
  const isSoldOut = actions.isSoldOut(variant);
  const words = { idle: texts().add, busy: texts().add, added: texts().added };
  return html`
    <div class="buy">
      <div class="stepper" role="group" aria-label=${texts().quantityOf(name)}>
        <button type="button" aria-label=${texts().oneLess(name)} ?disabled=${quantity <= 1}
          @click=${() => actions.setQuantity(card, quantity - 1)}>−</button>
        <output>${quantity}</output>
        <button type="button" aria-label=${texts().oneMore(name)} ?disabled=${quantity >= MAX_AT_ONCE}
          @click=${() => actions.setQuantity(card, quantity + 1)}>+</button>
      </div>
      <button
        type="button"
        class="button primary"
        data-testid="add-${variant.number}"
        data-state=${state}
        aria-busy=${state === 'busy' ? 'true' : nothing}
        aria-disabled=${isSoldOut || isNotSold ? 'true' : nothing}
        @click=${() => isSoldOut || isNotSold || actions.add(card)}
      >
        <span>${isSoldOut ? texts().soldOut : words[state]}</span>
        <span class="visually-hidden">: ${name}</span>
      </button>
    </div>
  `;
}
