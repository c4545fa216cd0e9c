/** A word about what was just put into the cart, with the way there. It goes by itself and is in nobody's way. */
import { html, type TemplateResult } from 'lit-html';
import { texts } from '../language';
import { redraw } from '../screen';
import { openDrawer } from './cart-drawer';

const SHOWN_MS = 6_000;

export type Toast = { say: (text: string) => void; template: () => TemplateResult };

export function createToast(): Toast {
  let said = '';
  let timer: ReturnType<typeof setTimeout> | undefined;

  const hide = () => {
    said = '';
    redraw();
  };
  return {
    say: (text) => {
      clearTimeout(timer);
      timer = setTimeout(hide, SHOWN_MS);
      said = text;
      redraw();
    },
    template: () => html`
      <div class="toast" data-testid="toast" ?data-shown=${said !== ''}>
        <p role="status">${said}</p>
        <button type="button" class="text-button" ?hidden=${said === ''} @click=${openDrawer}>${texts().viewCart}</button>
      </div>
    `,
  };
}
