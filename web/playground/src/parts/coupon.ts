/** The field for a discount code, its refusals, and the codes that the cart has. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { CartKeeper, FullCart } from '../cart/keeper';
import { problemText, texts } from '../language';
import { focusOn, redraw } from '../screen';

export type Coupon = { template: (cart: FullCart) => TemplateResult };

export function createCoupon(keeper: CartKeeper, announce: (message: string) => void): Coupon {
  let problem: string | undefined;
  let isBusy = false;

  const add = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const input = form.elements.namedItem('coupon') as HTMLInputElement;
    const code = input.value.trim();
    if (!code || isBusy) return input.focus();
    isBusy = true;
    problem = undefined;
    redraw();
    problem = await keeper.addCoupon(code);
    isBusy = false;
    redraw();
    // The complaint belongs to what was typed, which stays to be put right.
    if (problem) return input.focus();
    input.value = '';
    announce(texts().couponAdded(code.toUpperCase()));
  };
  const remove = async (code: string) => {
    problem = await keeper.removeCoupon(code);
    focusOn('[data-testid="coupon-code"]');
  };

  return {
    template: ({ coupons = [], invalidCoupons = [] }) => html`
      <form class="coupon" novalidate @submit=${add}>
        <label for="coupon">${texts().couponLabel}</label>
        <div class="field-row">
          <input id="coupon" name="coupon" data-testid="coupon-code" autocomplete="off" autocapitalize="characters"
            spellcheck="false" maxlength="64" placeholder="SUMMER2026"
            aria-invalid=${problem ? 'true' : nothing} aria-describedby="coupon-problem" />
          <button type="submit" class="button" data-testid="coupon-add" aria-busy=${isBusy ? 'true' : nothing}>
            ${texts().couponAdd}
          </button>
        </div>
        <p class="problem" id="coupon-problem" role="alert" data-testid="coupon-problem" ?hidden=${!problem}>
          ${problem ? problemText(problem) : ''}
        </p>
        <ul class="codes" ?hidden=${coupons.length + invalidCoupons.length === 0}>
          ${coupons.map((code) => chip(code, () => void remove(code)))}
          ${invalidCoupons.map((code) => chip(code, () => void remove(code), texts().couponIdle(code)))}
        </ul>
      </form>
    `,
  };
}

function chip(code: string, remove: () => void, idle?: string): TemplateResult {
  return html`
    <li>
      <span class="code" ?data-idle=${idle !== undefined}>${code}
        <button type="button" data-testid="remove-coupon-${code}" aria-label=${texts().couponRemove(code)}
          @click=${remove}><span aria-hidden="true">×</span></button>
      </span>
      ${idle ? html`<span class="quiet">${idle}</span>` : nothing}
    </li>
  `;
}
