/** The button that cancels an order, and the question before it: it cannot be undone. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { attempt } from '../cart/refusal';
import { problemText, texts } from '../language';
import { focusOn, redraw } from '../screen';
import { carts } from '../server';

export type Cancelling = {
  readonly problem: string | undefined;
  button: (orderState: string | undefined, cartId: string | undefined) => TemplateResult | typeof nothing;
  dialog: () => TemplateResult;
};

export function createCancelling(
  cartId: () => string | undefined,
  onCancelled: (cart: unknown) => void,
): Cancelling {
  let code: string | undefined;

  const ask = () => document.querySelector<HTMLDialogElement>('#cancel')?.showModal();
  const cancel = async () => {
    const id = cartId();
    if (!id) return;
    const answer = await attempt(() => carts.cancelOrder(id));
    code = 'code' in answer ? answer.code : undefined;
    if ('value' in answer) onCancelled(answer.value);
    redraw();
    focusOn(code ? '[data-testid="cancel-order"]' : '#order-title');
  };
  return {
    get problem() {
      return code && problemText(code);
    },
    button: (orderState, id) =>
      orderState === 'cancelled' || !id
        ? nothing
        : html`<button type="button" class="button" data-testid="cancel-order" @click=${ask}>${texts().cancel}</button>`,
    dialog: () => html`
      <dialog id="cancel" class="question" aria-labelledby="cancel-title">
        <h2 id="cancel-title">${texts().cancelQuestion}</h2>
        <p>${texts().cancelText}</p>
        <form method="dialog" class="ways">
          <button class="button" data-testid="cancel-keep">${texts().cancelNo}</button>
          <button class="button danger" data-testid="cancel-confirm" @click=${() => void cancel()}>${texts().cancelYes}</button>
        </form>
      </dialog>
    `,
  };
}
