/** What is around Kustom's iframe, in the element's shadow tree. The iframe itself stays in the page, in the slot. */
import type { Cart } from '../cart.js';
import type { CheckoutState } from '../machine/state.js';
import { STYLES } from './styles.js';
import { problemText, type Texts } from './texts.js';

export type View = {
  show: (state: CheckoutState, texts: Texts, cart: Cart | undefined, checkoutUrl: string | undefined) => void;
  setConnected: (isConnected: boolean, texts: Texts) => void;
};

/** The parts, as the README lists them. */
export const TREE = `<p part=status role=status tabindex=-1><span part=spinner aria-hidden=true></span><span part=status-text></span></p>
<p part=offline role=status hidden></p><div part=problem role=alert tabindex=-1 hidden></div>
<div part=actions><button part=retry type=button></button><a part=back></a></div>
<div part=frame tabindex=-1><slot></slot></div>
<div part=done tabindex=-1 hidden><slot name=done><p part=done-text></p></slot></div>`;

export function createView(host: HTMLElement, onRetry: () => void): View {
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLES);
  root.adoptedStyleSheets = [sheet];
  root.innerHTML = TREE;
  const part = (name: string) => root.querySelector(`[part=${name}]`) as HTMLElement;
  const said = part('status-text');
  const status = part('status');
  const spinner = part('spinner');
  const offline = part('offline');
  const problem = part('problem');
  const retry = part('retry');
  const frame = part('frame');
  const done = part('done');
  const thanks = part('done-text');
  const back = part('back') as HTMLAnchorElement;
  retry.onclick = onRetry;

  return {
    show: (state, texts, cart, checkoutUrl) => {
      const { phase } = state;
      const focused = root.activeElement ?? (host.contains(document.activeElement) ? frame : null);
      const complaint = complaintOf(state);
      host.setAttribute('phase', phase);
      say(said, statusOf(state, texts));
      spinner.hidden = phase === 'done' || state.note !== undefined || !said.textContent;
      problem.hidden = complaint === undefined;
      say(problem, complaint ? problemText(texts, complaint) : '');
      retry.hidden = complaint === undefined || complaint === 'EMPTY_CART' || isLeft(state);
      say(retry, texts.retry);
      back.hidden = !isLeft(state) || checkoutUrl === undefined;
      back.href = checkoutUrl ?? '';
      say(back, texts.back);
      frame.hidden = phase === 'failed' || phase === 'confirming' || phase === 'done';
      frame.setAttribute('aria-busy', String(phase === 'loading' || phase === 'suspended'));
      done.hidden = phase !== 'done';
      say(thanks, doneText(texts, cart));
      // Whoever was where something has gone must not be thrown back to the top of the page.
      if (focused?.closest('[hidden]')) [problem, done, frame, status].find(({ hidden }) => !hidden)?.focus();
    },
    setConnected: (isConnected, texts) => {
      offline.hidden = isConnected;
      say(offline, isConnected ? '' : texts.offline);
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

function statusOf({ phase, note, isOverdue }: CheckoutState, texts: Texts): string {
  if (phase === 'paying' || phase === 'confirming') return note ? texts[note] : texts.confirming;
  if (phase === 'done') return texts.done;
  if (phase === 'open' || phase === 'failed' || isOverdue) return '';
  return texts[phase];
}

function doneText({ done }: Texts, cart: Cart | undefined): string {
  return [done, cart?.orderNumber].join(' ').trim();
}

/** Only what is new: a live region reads out whatever is written into it. */
function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
