/**
 * The lines of an open cart, each with its quantity.
 *
 * A line keeps its elements while it is in the cart: an update from the server must not take the focus away
 * from somebody who is typing a quantity.
 */
import type { Cart, CartItem } from '@hantera/storefront-sdk/cart';
import { productNamed } from '../catalogue';
import { h, setText } from '../dom';
import { formatterOf } from '../money';
import type { Quantities } from '../quantities';
import { picture } from './pictures';

const MAX_QUANTITY = 999;

type Line = { element: HTMLElement; update: (item: CartItem, money: (amount: number) => string) => void };

export function createCartLines(quantities: Quantities): {
  element: HTMLElement;
  update: (cart: Cart) => void;
} {
  const element = h('ul', { class: 'lines' });
  const lines = new Map<string, Line>();
  return {
    element,
    update: (cart) => {
      const money = formatterOf(cart);
      const present = new Set(cart.items.map((item) => item.cartItemId));
      for (const [id, line] of lines) {
        if (present.has(id)) continue;
        line.element.remove();
        lines.delete(id);
      }
      for (const item of cart.items) {
        const line = lines.get(item.cartItemId) ?? createLine(item, quantities);
        if (!lines.has(item.cartItemId)) element.append(line.element);
        lines.set(item.cartItemId, line);
        line.update(item, money);
      }
    },
  };
}

function createLine(item: CartItem, quantities: Quantities): Line {
  const number = item.productNumber;
  const name = nameOf(item);
  const unit = h('p', { class: 'quiet' });
  const total = h('p', { class: 'line-total', 'data-testid': `line-total-${number}` });
  const stepper = createStepper(item, name, quantities);
  const remove = h('button', {
    type: 'button',
    class: 'text-button',
    'data-testid': `remove-${number}`,
    'aria-label': `Remove ${name}`,
    onclick: () => quantities.want(item.cartItemId, 0),
  });
  remove.append('Remove');
  const element = h(
    'li',
    { class: 'line', 'data-testid': `cart-item-${number}` },
    picture(number),
    h('div', { class: 'line-text' }, h('p', { class: 'line-name' }, name), unit),
    total,
    h('div', { class: 'line-controls' }, stepper.element, remove),
  );
  return {
    element,
    update: (newest, money) => {
      const shown = quantities.shown(newest.cartItemId, newest.quantity);
      stepper.show(shown);
      setText(unit, `${money(newest.unitPrice)} each`);
      setText(total, money(newest.total));
      element.toggleAttribute('data-pending', shown !== newest.quantity);
    },
  };
}

function createStepper(item: CartItem, name: string, quantities: Quantities) {
  const number = item.productNumber;
  let shown = item.quantity;
  const want = (quantity: number) => quantities.want(item.cartItemId, quantity);
  const input = h('input', {
    type: 'number',
    inputmode: 'numeric',
    min: 1,
    max: MAX_QUANTITY,
    step: 1,
    'data-testid': `quantity-${number}`,
    'aria-label': `Quantity of ${name}`,
    onchange: () => {
      const typed = Math.trunc(input.valueAsNumber);
      if (typed >= 1 && typed <= MAX_QUANTITY) want(typed);
      else input.value = String(shown);
    },
  });
  const step = (sign: string, label: string, testId: string, change: number) =>
    h(
      'button',
      {
        type: 'button',
        'data-testid': testId,
        'aria-label': `${label} ${name}`,
        onclick: () => want(shown + change),
      },
      sign,
    );
  const decrease = step('−', 'One less', `decrease-${number}`, -1);
  const increase = step('+', 'One more', `increase-${number}`, 1);
  return {
    element: h('div', { class: 'stepper' }, decrease, input, increase),
    show: (quantity: number) => {
      shown = quantity;
      // Half a number that somebody is typing is theirs until they leave the field.
      if (document.activeElement !== input || input.valueAsNumber !== quantity)
        input.value = String(quantity);
      decrease.disabled = quantity <= 1;
      increase.disabled = quantity >= MAX_QUANTITY;
    },
  };
}

export function nameOf(item: CartItem): string {
  return item.description || productNamed(item.productNumber)?.name || item.productNumber;
}
