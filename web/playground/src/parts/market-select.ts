/** A market fixes currency, tax and countries, so each has a cart of its own. */
import { html, type TemplateResult } from 'lit-html';
import { texts } from '../language';
import { type Market, marketLabel } from '../markets';

export function marketSelect(
  markets: readonly Market[],
  chosen: Market,
  choose: (profileKey: string) => void,
): TemplateResult {
  return html`
    <label class="choice">
      <span class="visually-hidden">${texts().market}</span>
      <select data-testid="profile-select" @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
        ${markets.map(
          (market) =>
            html`<option value=${market.profileKey} ?selected=${market === chosen}>${marketLabel(market)}</option>`,
        )}
      </select>
    </label>
  `;
}
