/** What every page has around it: header, a word about a lost server, footer, and a place to announce things. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { chooseLanguage, LANGUAGES, type Language, language, texts } from '../language';
import { scene } from '../scene';
import { redraw, show } from '../screen';
import { cartLink } from './cart-link';
import { createWorkshop } from './workshop';

export type Frame = {
  /** Nothing is announced twice in a row by itself: the same words again are new to who listens. */
  announce: (message: string) => void;
  setServerGone: (isGone: boolean) => void;
};

export type Shown = {
  /** For the window's title, in the language of now. */
  title: () => string;
  /** In the header's middle and end. */
  tools?: () => TemplateResult;
  /** Instead of the way to the shop's cart, which every page has but the checkout, where the cart is in sight. */
  cart?: () => TemplateResult;
  main: () => TemplateResult;
  /** Beside the page: a drawer, a dialog. */
  over?: () => TemplateResult;
};

export function createFrame(root: HTMLElement, shown: Shown): Frame {
  const workshop = createWorkshop();
  let said = '';
  let isGone = false;

  const page = () => {
    document.documentElement.lang = language();
    document.title = `${shown.title()} · ${texts().brand}`;
    workshop.label(texts().workshop);
    return html`
      <a class="skip" href="#main">${texts().skip}</a>
      ${header(shown, workshop.button)}
      <p class="banner" role="status" data-testid="connection-banner" ?hidden=${!isGone}>
        ${isGone ? texts().noServer : nothing}
      </p>
      <main id="main" tabindex="-1" data-page=${scene.get().page}>${shown.main()}</main>
      ${footer()} ${shown.over?.() ?? nothing} ${workshop.host}
      <p class="visually-hidden" role="status" data-testid="announcement">${said}</p>
    `;
  };
  show(root, page);
  void findEmulator();

  return {
    announce: (message) => {
      said = message === said ? `${message}\u00a0` : message;
      redraw();
    },
    setServerGone: (gone) => {
      if (gone === isGone) return;
      isGone = gone;
      redraw();
    },
  };
}

const LINKS = [
  { href: '/', page: 'shop', text: () => texts().shop },
  { href: '/orders', page: 'orders', text: () => texts().orders },
] as const;

function header({ tools, cart }: Shown, workshop: HTMLElement): TemplateResult {
  return html`
    <header class="site-header">
      <div class="site-header-inner">
        <a class="brand" href="/"><span class="brand-mark" aria-hidden="true">K</span><span>${texts().brand}</span></a>
        <nav aria-label=${texts().nav}>
          ${LINKS.map(
            ({ href, page, text }) =>
              html`<a href=${href} aria-current=${scene.get().page === page ? 'page' : nothing}>${text()}</a>`,
          )}
        </nav>
        <div class="tools">${tools?.() ?? nothing} ${languageSelect()} ${workshop}</div>
        ${cart ? cart() : scene.get().page === 'checkout' ? nothing : cartLink()}
      </div>
    </header>
  `;
}

function languageSelect(): TemplateResult {
  const choose = (event: Event) => {
    chooseLanguage((event.target as HTMLSelectElement).value as Language);
    redraw();
  };
  return html`
    <label class="choice">
      <span class="visually-hidden">${texts().language}</span>
      <select data-testid="language-select" @change=${choose}>
        ${Object.entries(LANGUAGES).map(
          ([key, name]) =>
            html`<option value=${key} lang=${key} ?selected=${key === language()}>${name}</option>`,
        )}
      </select>
    </label>
  `;
}

/** Where it is unless `kassa dev` was told otherwise. */
let emulator = 'http://127.0.0.1:3301';

/** Only the link in the footer needs it, so nothing waits for it, and without an answer it stays as it is. */
async function findEmulator(): Promise<void> {
  const answer = await fetch('/_kassa/dev')
    .then((response) => response.json())
    .catch(() => undefined);
  if (typeof answer?.emulator !== 'string' || answer.emulator === emulator) return;
  emulator = answer.emulator;
  redraw();
}

function footer(): TemplateResult {
  return html`
    <footer class="site-footer">
      <div>
        <p><strong>${texts().demo}</strong></p>
        <p>
          <a href=${emulator} data-testid="inspector-link">${texts().emulator}</a>
          <a href="/terms">${texts().terms}</a>
          <a href="/orders">${texts().lookUp}</a>
        </p>
      </div>
    </footer>
  `;
}

/** A page, or a part of one, that has only one thing to say and a way on. */
export function notice(title: string, text: string, ways?: TemplateResult): TemplateResult {
  return html`
    <article class="notice" data-testid="notice">
      <h1 tabindex="-1">${title}</h1>
      <p>${text}</p>
      <div class="ways">${ways ?? html`<a class="button primary" href="/">${texts().toShop}</a>`}</div>
    </article>
  `;
}
