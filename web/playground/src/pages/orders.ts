/** Looking up an order by its number and the buyer's e-mail address. */
import { isOrderLookupError, type OrderLookup } from '@hantera/storefront-sdk/orders';
import { html, nothing, type TemplateResult } from 'lit-html';
import { codeOf } from '../cart/refusal';
import { problemText, texts } from '../language';
import { memory } from '../memory';
import { type Cancelling, createCancelling } from '../parts/cancelling';
import { createFrame } from '../parts/frame';
import { type Order, orderTemplate } from '../parts/order';
import { scene } from '../scene';
import { focusOn, redraw } from '../screen';
import { orders } from '../server';

type Asked = { reference: string; email: string };

type Found = OrderLookup & { orderState?: string };

type Answer = { found?: Found; code?: string };

export function showOrders(root: HTMLElement): void {
  let answer: Answer = {};
  let missing: (keyof Asked)[] = [];
  let isBusy = false;

  /** Who looks up has proven too little to cancel; this browser may know the cart, and then it may. */
  const cartId = () => memory.orders().find(({ number }) => number === answer.found?.orderNumber)?.cartId;
  const cancelling = createCancelling(cartId, (cart) => {
    const { orderState = 'cancelled' } = cart as { orderState?: string };
    if (answer.found) answer = { found: { ...answer.found, orderState } };
  });
  const ask = async (event: SubmitEvent) => {
    event.preventDefault();
    const asked = readForm(event.target as HTMLFormElement);
    missing = (Object.keys(asked) as (keyof Asked)[]).filter((name) => !asked[name]);
    answer = {};
    if (missing.length > 0) return focusOn(`#${missing[0]}`);
    if (isBusy) return;
    isBusy = true;
    redraw();
    answer = await lookUp(asked);
    isBusy = false;
    const known = cartId();
    if (known) scene.set({ cartId: known });
    focusOn(answer.found ? '#order-title' : '#reference');
  };

  createFrame(root, {
    title: () => texts().lookUpTitle,
    over: cancelling.dialog,
    main: () => html`
      <section class="look-up">
        ${answer.found ? html`<p class="page-title">${texts().lookUpTitle}</p>` : html`<h1>${texts().lookUpTitle}</h1>`}
        <p class="quiet">${texts().lookUpText}</p>
        ${formTemplate(ask, missing, answer.code, isBusy)} ${boughtHere()}
      </section>
      ${answer.found ? orderFound(answer.found, cancelling, cartId()) : nothing}
    `,
  });
}

function readForm(form: HTMLFormElement): Asked {
  const data = new FormData(form);
  const read = (name: string) => String(data.get(name) ?? '').trim();
  return { reference: read('reference'), email: read('email') };
}

async function lookUp(asked: Asked): Promise<Answer> {
  try {
    const found = await orders.lookup(asked);
    return isOrderLookupError(found) ? { code: found.error.code } : { found };
  } catch (thrown) {
    return { code: codeOf(thrown) };
  }
}

function formTemplate(
  ask: (event: SubmitEvent) => void,
  missing: readonly string[],
  code: string | undefined,
  isBusy: boolean,
): TemplateResult {
  const field = (name: keyof Asked, label: string, type: string, autocomplete: string) => html`
    <div class="field">
      <label for=${name}>${label}</label>
      <input id=${name} name=${name} type=${type} data-testid="look-up-${name}" autocomplete=${autocomplete}
        maxlength="254" required aria-invalid=${missing.includes(name) || code ? 'true' : nothing}
        aria-describedby=${missing.includes(name) ? `${name}-problem` : 'look-up-problem'} />
      ${missing.includes(name) ? html`<p class="problem" id="${name}-problem">${texts().missing}</p>` : nothing}
    </div>
  `;
  return html`
    <form novalidate @submit=${ask}>
      ${field('reference', texts().number, 'text', 'off')} ${field('email', texts().email, 'email', 'email')}
      <button type="submit" class="button primary" data-testid="look-up" aria-busy=${isBusy ? 'true' : nothing}>
        ${texts().find}
      </button>
      <p class="problem" id="look-up-problem" role="alert" data-testid="look-up-problem" ?hidden=${!code}>
        ${code ? problemText(code) : ''}
      </p>
    </form>
  `;
}

function boughtHere(): TemplateResult | typeof nothing {
  const bought = memory.orders();
  if (bought.length === 0) return nothing;
  return html`
    <h2>${texts().boughtHere}</h2>
    <ul class="bought">
      ${bought.map(
        ({ number, cartId }) =>
          html`<li><a href="/confirmation?cart=${encodeURIComponent(cartId)}">${texts().orderNumber} ${number}</a></li>`,
      )}
    </ul>
  `;
}

function orderFound(found: Found, cancelling: Cancelling, cartId: string | undefined): TemplateResult {
  const isCancelled = found.orderState === 'cancelled';
  return orderTemplate(found as unknown as Order, {
    deliveries: found.items,
    problem: cancelling.problem,
    ways: html`
      ${cancelling.button(found.orderState, cartId)}
      ${cartId || isCancelled ? nothing : html`<p class="quiet">${texts().cancelElsewhere}</p>`}
    `,
  });
}
