/** What is around Kustom's iframe, in the element's shadow tree. The iframe itself stays in the page, in the slot. */
import type { Cart } from '../cart.js';
import type { CheckoutState } from '../machine/state.js';
import { STYLES } from './styles.js';
import { problemText, type Texts } from './texts.js';

export type View = {
  show: (scene: Scene) => void;
};

export type Scene = {
  readonly state: CheckoutState;
  readonly texts: Texts;
  readonly cart: Cart | undefined;
  readonly checkoutUrl: string;
  readonly isConnectionLost: boolean;
};

/** The parts, as the README lists them. */
export const TREE = `<div part=notice><p part=status role=status tabindex=-1><span part=spinner></span><span part=status-text></span></p><div part=problem role=alert tabindex=-1></div><div part=actions><button part=retry></button><a part=back></a></div><p part=offline role=status></p></div><div part=frame tabindex=-1><slot></slot></div><div part=done tabindex=-1><slot name=done><p part=done-text></p></slot></div>`;

type Parts = readonly [
  HTMLElement,
  ...[HTMLElement, HTMLElement, HTMLElement, HTMLElement, HTMLElement, HTMLElement],
  HTMLAnchorElement,
  ...[HTMLElement, HTMLElement, HTMLElement, HTMLElement],
];

export function createView(host: HTMLElement, onRetry: () => void): View {
  const root = host.attachShadow({ mode: 'open' });
  root.innerHTML = TREE;
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    root.adoptedStyleSheets = [sheet];
  } catch {
    // Before Safari 16.4 no script makes style sheets. Plain, it sells as well.
  }
  // In the order of the tree.
  const [notice, status, spinner, said, problem, , retry, back, offline, frame, done, thanks] =
    root.querySelectorAll('[part]') as unknown as Parts;
  retry.onclick = onRetry;

  return {
    show: ({ state, texts, cart, checkoutUrl, isConnectionLost }) => {
      const { phase } = state;
      const focused = root.activeElement ?? (host.contains(document.activeElement) ? frame : null);
      const complaint = complaintOf(state);
      host.setAttribute('phase', phase);
      notice.lang = done.lang = texts.lang;
      say(said, statusOf(state, texts));
      spinner.hidden = !isTurning(state) || !said.textContent;
      problem.hidden = complaint === undefined;
      say(problem, complaint ? problemText(texts, complaint) : '');
      retry.hidden = complaint === undefined || complaint === 'EMPTY_CART' || isLeft(state);
      say(retry, texts.retry);
      back.hidden = !isLeft(state);
      back.href = checkoutUrl;
      say(back, texts.back);
      // An order that has arrived needs no connection any more.
      offline.hidden = !isConnectionLost || phase === 'done';
      say(offline, offline.hidden ? '' : texts.offline);
      frame.hidden = phase === 'failed' || phase === 'confirming' || phase === 'done';
      frame.setAttribute('aria-busy', String(phase === 'loading' || phase === 'suspended'));
      done.hidden = phase !== 'done';
      say(thanks, doneText(texts, cart));
      // Whoever was where something has gone must not be thrown back to the top of the page.
      if (focused?.closest('[hidden]')) [problem, done, frame, status].find(({ hidden }) => !hidden)?.focus();
    },
  };
}

/** The problem that the shopper sees: a failure, an update that is late, or a cart that was emptied. */
function complaintOf({ phase, problem, isOverdue, news }: CheckoutState): string | undefined {
  if (phase === 'failed') return problem?.code;
  if (phase !== 'suspended') return undefined;
  if (news?.isEmpty) return 'EMPTY_CART';
  return isOverdue ? 'OVERDUE' : undefined;
}

/** The way out is the page before: after a decline, and for one who has come here without having paid. */
function isLeft({ phase, note, problem }: CheckoutState): boolean {
  return problem?.wayOut === 'checkout' || (phase === 'confirming' && note === 'slow');
}

/** Something is under way that the shopper waits for. */
function isTurning({ phase, note }: CheckoutState): boolean {
  return phase !== 'done' && !note;
}

function statusOf({ phase, note, isOverdue }: CheckoutState, texts: Texts): string {
  if (phase === 'paying' || phase === 'confirming') return note ? texts[note] : texts.confirming;
  if (phase === 'done') return texts.done;
  if (phase === 'open' || phase === 'failed' || isOverdue) return '';
  return texts[phase];
}

function doneText({ done }: Texts, cart: Cart | undefined): string {
  return [done, cart?.orderNumber].join(' ').trim();
}

/** Only what is new: a live region reads out whatever is written into it, and the browser may have translated it. */
function say(element: HTMLElement, text: string): void {
  if (element.dataset.said === text) return;
  element.dataset.said = element.textContent = text;
}
