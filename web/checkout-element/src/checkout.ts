/** A checkout: the state machine with the calls, the stream, the clock and the iframe that it decides about. */
import type { Cart } from './cart.js';
import { type CartFollower, followCart } from './cart-follower.js';
import { isInSync, isNews } from './machine/news.js';
import {
  type CheckoutEvent,
  type CheckoutState,
  type Effect,
  initialState,
  type WayOut,
} from './machine/state.js';
import { step } from './machine/table.js';
import { isCart, newsOf } from './news-of-cart.js';
import { confirmPatiently, openPatiently, problemOfOpening } from './patience.js';
import { createPayment, type Payment, readCart } from './payment.js';
import { type KustomApi, renderSnippet, untilKustomIsThere, whyNotIn, withKustom } from './snippet.js';
import { CheckoutError, type CheckoutOptions, type ShippingOption } from './types.js';
import { createWatchdog, type Watchdog } from './watchdog.js';

export class Checkout {
  readonly #options: CheckoutOptions;
  readonly #payment: Payment;
  readonly #follower: CartFollower;
  readonly #watchdog: Watchdog;
  readonly #life = new AbortController();
  #settling = new Set<() => void>();
  #state: CheckoutState = initialState;
  #cart: Cart | undefined;
  #isConfirming = false;

  constructor(options: CheckoutOptions) {
    const cartUrl = `${options.baseUrl.replace(/\/+$/, '')}/ingress/commerce/carts/${encodeURIComponent(options.cartId)}`;
    this.#options = options;
    this.#payment = createPayment(cartUrl);
    this.#follower = followCart(options.readCart ?? (() => readCart(cartUrl)), `${cartUrl}/events`, {
      onCart: (cart, isCertain) => this.#take(cart, isCertain),
      onConnection: (isConnected) => this.#options.onConnection?.(isConnected),
      onWake: () => this.#wake(),
      onRestore: () => this.#send({ type: 'restored' }),
    });
    this.#watchdog = createWatchdog(
      () => void this.#follower.read(),
      () => this.#send({ type: 'watchdog' }),
    );
  }

  get state(): CheckoutState {
    return this.#state;
  }

  /** The newest cart that was heard of. */
  get cart(): Cart | undefined {
    return this.#cart;
  }

  start(): void {
    this.#follower.start();
    if (this.#options.isBack) this.#send({ type: 'returned' });
    else void this.#open();
  }

  /** Lets go of everything but the iframe, which only the page can remove. */
  stop(): void {
    this.#life.abort();
    this.#follower.stop();
    this.#watchdog.stop();
    this.#settle();
  }

  /** Takes the way out of a failure, or of an update that takes too long. */
  retry(): void {
    this.#send({ type: 'retry' });
  }

  /**
   * Suspends the iframe, makes a change of the cart, and waits until Kustom has confirmed the cart as it is then.
   * What the change answers is handed on; with `errors` in it, nothing was changed.
   */
  async update<T>(change: () => Promise<T>): Promise<T> {
    const { phase } = this.#state;
    if (phase === 'paying' || phase === 'confirming') throw new CheckoutError('PAYING');
    if (this.#isOver) throw new CheckoutError('CART_NOT_OPEN');
    this.#send({ type: 'lock' });
    let answer: T;
    try {
      answer = await change();
    } catch (problem) {
      await this.#unlock(undefined);
      throw problem;
    }
    await this.#unlock(answer);
    await this.#untilSettled();
    const now = this.#state;
    const isAsBefore = now.phase === 'failed' && phase === 'failed';
    if (now.phase === 'open' || now.phase === 'suspended' || isAsBefore) return answer;
    throw new CheckoutError(now.problem?.code ?? (now.phase === 'done' ? 'CART_NOT_OPEN' : 'PAYING'));
  }

  get #isOver(): boolean {
    return this.#life.signal.aborted;
  }

  #send(event: CheckoutEvent): void {
    if (this.#isOver) return;
    const before = this.#state;
    const { state, effects } = step(before, event);
    this.#state = state;
    for (const effect of effects) this.#act(effect);
    if (state === before) return;
    this.#options.onState?.(state, before);
    if (state.problem && state.problem !== before.problem) this.#options.onProblem?.(state.problem);
    if (state.isOverdue && !before.isOverdue) this.#options.onProblem?.({ code: 'OVERDUE', wayOut: 'open' });
    if (state.phase === 'done') this.#finish();
    if (isSettled(state)) this.#settle();
  }

  #act(effect: Effect): void {
    const actions: Record<Effect, () => unknown> = {
      open: () => this.#open(),
      reopen: () => this.#reopen(),
      // Kustom wakes the iframe after ten seconds by itself, with old amounts. We have a watchdog instead.
      suspend: () => withKustom((api) => api.suspend({ autoResume: { enabled: false } })),
      resume: () => withKustom((api) => api.resume()),
      tick: () => setTimeout(() => this.#send({ type: 'tick' })),
      start_watchdog: () => this.#watchdog.start(),
      stop_watchdog: () => this.#watchdog.stop(),
      refresh: () => this.#follower.read(),
      confirm: () => this.#confirm(),
      reload: () => location.reload(),
      go_to_checkout: () => location.assign(this.#options.urls.checkoutUrl),
    };
    actions[effect]();
  }

  async #open(): Promise<void> {
    if (!this.#options.urls.termsUrl) return this.#fail('NO_TERMS_URL');
    const answer = await openPatiently(() => this.#payment.open(this.#options.urls), wait, this.#life.signal);
    if (!answer || this.#state.phase !== 'loading') return;
    if ('refusal' in answer) {
      this.#send({ type: 'open_failed', problem: problemOfOpening(answer.refusal) });
      // It may be completed, or have something in it by now.
      await this.#follower.read();
      return;
    }
    const { container, nonce } = this.#options;
    const code = whyNotIn(container);
    if (code) return this.#fail(code);
    renderSnippet(container, answer.htmlSnippet, nonce);
    // Queued before the iframe is there, so that nothing it tells is missed.
    withKustom((api) => this.#listen(api));
    // Read now: the iframe shows what Kustom holds at this moment, or something newer. Its script may take a while.
    const [read] = await Promise.all([
      this.#follower.read(),
      untilKustomIsThere(container, wait, this.#life.signal, () => this.#fail('NO_IFRAME', 'reload')),
    ]);
    // The cart itself has been taken already, and a newer one may have come since.
    this.#send({ type: 'rendered', news: read && newsOf(read), isCertain: false });
  }

  #fail(code: string, wayOut: WayOut = 'open'): void {
    this.#send({ type: 'open_failed', problem: { code, wayOut } });
  }

  #listen(api: KustomApi): void {
    api.on({
      redirect_initiated: () => this.#send({ type: 'redirect_initiated' }),
      shipping_option_change: (option) => {
        if (!this.#isOver) this.#options.onOption?.((option ?? {}) as ShippingOption);
      },
    });
  }

  /** The server tells Kustom within this call. The iframe stays the one it is. */
  async #reopen(): Promise<void> {
    await this.#payment.open(this.#options.urls);
    await this.#follower.read();
  }

  async #confirm(): Promise<void> {
    if (this.#isConfirming) return;
    this.#isConfirming = true;
    const outcome = await confirmPatiently({
      ask: () => this.#payment.confirm(),
      wait,
      signal: this.#life.signal,
      onNote: (note) => this.#send({ type: 'confirm_noted', note }),
    });
    this.#isConfirming = false;
    if (typeof outcome === 'object') return this.#send({ type: 'confirm_failed', problem: outcome });
    // The stream will tell as well. Asking spares a page whose stream is held up.
    if (outcome === 'complete') await this.#follower.read();
  }

  #wake(): void {
    const { phase, note } = this.#state;
    if (phase === 'confirming' && note !== 'review') void this.#confirm();
  }

  #take(cart: Cart, isCertain: boolean): void {
    if (this.#isOver) return;
    const event = { type: 'cart', news: newsOf(cart), isCertain } as const;
    if (isNews(this.#state, event)) this.#note(cart);
    this.#send(event);
  }

  #note(cart: Cart): void {
    this.#cart = cart;
    this.#options.onCart?.(cart);
  }

  #finish(): void {
    this.stop();
    if (this.#cart) this.#options.onCompleted?.(this.#cart);
  }

  /** The cart itself says what a change has done, unless the change's own answer was the cart. */
  async #unlock(answer: unknown): Promise<void> {
    const isAnswered = isCart(answer);
    if (isAnswered) this.#take(answer, false);
    this.#send({ type: 'unlock', isKnown: isAnswered || (await this.#follower.read()) !== undefined });
  }

  async #untilSettled(): Promise<void> {
    if (this.#isOver || isSettled(this.#state)) return;
    await new Promise<void>((resolve) => this.#settling.add(resolve));
  }

  #settle(): void {
    for (const resolve of this.#settling) resolve();
    this.#settling.clear();
  }
}

/** Neither opening nor waiting for Kustom. A cart without anything in it stays suspended, and nothing is to come. */
function isSettled({ phase, locks, news }: CheckoutState): boolean {
  if (phase === 'suspended') return locks === 0 && news !== undefined && news.isEmpty && isInSync(news);
  return phase !== 'loading';
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
