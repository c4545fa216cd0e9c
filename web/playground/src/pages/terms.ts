import { html } from 'lit-html';
import { texts } from '../language';
import { createFrame } from '../parts/frame';

export function showTerms(root: HTMLElement): void {
  createFrame(root, {
    title: () => texts().termsTitle,
    main: () => html`
      <article class="prose">
        <h1>${texts().termsTitle}</h1>
        ${texts().termsText.map((text) => html`<p>${text}</p>`)}
        <p><a class="button" href="/">${texts().toShop}</a></p>
      </article>
    `,
  });
}
