/** `<kustom-checkout>`: a checkout with a view. It reads its attributes, and tells the page by events. */
import type { Cart } from './cart.js';
import { Checkout } from './checkout.js';
import { type CheckoutState, initialState, type Problem } from './machine/state.js';
import { CheckoutError, type ShippingOption } from './types.js';
import { type Texts, textsOf } from './view/texts.js';
import { createView, type View } from './view/view.js';
import { checkoutUrls, readWay } from './way.js';

export type KustomStateDetail = { readonly state: CheckoutState; readonly previous: CheckoutState };
export type KustomErrorDetail = Problem;
export type KustomCartDetail = { readonly cart: Cart };
export type KustomOptionDetail = ShippingOption;

export type KustomEvents = {
  'kustom-state': CustomEvent<KustomStateDetail>;
  'kustom-error': CustomEvent<KustomErrorDetail>;
  'kustom-cart': CustomEvent<KustomCartDetail>;
  'kustom-completed': CustomEvent<KustomCartDetail>;
  'kustom-option': CustomEvent<KustomOptionDetail>;
};

const ATTRIBUTES = [
  'base-url',
  'cart-id',
  'terms-url',
  'checkout-url',
  'confirmation-url',
  'locale',
] as const;

/** Where there is no document, as on a server that renders the shop, this module can still be imported. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

export class KustomCheckoutElement extends Base {
  static readonly observedAttributes: readonly string[] = ATTRIBUTES;

  /** Each attribute as a property, for frameworks that set properties. Unset, or set to nothing, it is undefined. */
  declare baseUrl: string | undefined;
  declare cartId: string | undefined;
  declare termsUrl: string | undefined;
  declare checkoutUrl: string | undefined;
  declare confirmationUrl: string | undefined;
  declare locale: string | undefined;

  #view: View | undefined;
  #container: HTMLElement | undefined;
  #checkout: Checkout | undefined;
  /** What the checkout was begun for: what cannot be exchanged, and all of it. */
  #core = '';
  #all = '';
  #state: CheckoutState = initialState;
  #wayBack = '';
  #isConnectionLost = false;
  readonly #languages = new MutationObserver(() => this.#show());

  /** What the checkout is now. */
  get state(): CheckoutState {
    return this.#state;
  }

  /** The newest cart that was heard of. */
  get cart(): Cart | undefined {
    return this.#checkout?.cart;
  }

  /** Takes the way out of a failure, or of an update that takes too long. */
  retry(): void {
    this.#checkout?.retry();
  }

  /** Locks the checkout, makes a change of the cart, and waits until Kustom has confirmed what it is then. */
  async update<T>(change: () => Promise<T>): Promise<T> {
    if (!this.#checkout) throw new CheckoutError('NOT_STARTED');
    return this.#checkout.update(change);
  }

  constructor() {
    super();
    // What was set before the element was known lies in the way of the property of that name.
    for (const [name, value] of Object.entries(this)) {
      Reflect.deleteProperty(this, name);
      Reflect.set(this, name, value);
    }
  }

  connectedCallback(): void {
    this.#view ??= createView(this, () => this.retry());
    this.#show();
    this.#languages.observe(document, { attributeFilter: ['lang'], subtree: true });
    // A page that is written by script sets the attributes after the element is in it.
    queueMicrotask(() => this.#start());
  }

  disconnectedCallback(): void {
    // Moved within the page is not removed from it.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#languages.disconnect();
      this.#stop();
    });
  }

  attributeChangedCallback(name: string): void {
    if (!this.#view) return;
    if (name === 'locale') this.#show();
    else queueMicrotask(() => this.#start());
  }

  /**
   * Begins as soon as it is known for which cart, and anew when that is another one. Other attributes count as long
   * as nothing is open: a page that sets them late is not left with the failure of having had none.
   */
  #start(): void {
    const way = readWay(location.href, this.cartId);
    const { phase, isRendered } = this.#state;
    const core = [way.cartId, way.isBack, this.baseUrl].join();
    const all = [core, this.termsUrl, this.checkoutUrl, this.confirmationUrl].join();
    const isSame = isRendered || phase === 'done' ? core === this.#core : all === this.#all;
    if (!this.isConnected || !way.cartId || isSame) return;
    // What is being paid is not exchanged for something else.
    if (phase === 'paying' || phase === 'confirming') return;
    this.#stop();
    this.#core = core;
    this.#all = all;
    this.#open(way.cartId, way.isBack);
  }

  #open(cartId: string, isBack: boolean): void {
    const urls = checkoutUrls(location.href, cartId, this);
    this.#wayBack = urls.checkoutUrl;
    const nonce = this.nonce || document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce;
    const checkout = new Checkout({
      baseUrl: this.baseUrl ?? location.origin,
      cartId,
      urls,
      isBack,
      container: this.#newContainer(),
      ...(nonce && { nonce }),
      onState: (state, previous) => this.#onState(state, previous),
      onCart: (cart) => this.#tell('kustom-cart', { cart }),
      onProblem: (problem) => this.#onProblem(problem),
      onCompleted: (cart) => this.#tell('kustom-completed', { cart }),
      onOption: (option) => this.#tell('kustom-option', option),
      onConnection: (isConnected) => {
        this.#isConnectionLost = !isConnected;
        this.#show();
      },
    });
    this.#checkout = checkout;
    checkout.start();
  }

  #stop(): void {
    this.#checkout?.stop();
    this.#checkout = undefined;
    this.#container?.remove();
    this.#container = undefined;
    this.#core = this.#all = '';
    this.#state = initialState;
  }

  /** A child in the page's own tree: Kustom's script does not find its container in a shadow tree. */
  #newContainer(): HTMLElement {
    const container = document.createElement('div');
    this.#container = container;
    this.append(container);
    return container;
  }

  #onState(state: CheckoutState, previous: CheckoutState): void {
    this.#state = state;
    this.#show();
    this.#tell('kustom-state', { state, previous });
  }

  #onProblem(problem: Problem): void {
    // biome-ignore lint/suspicious/noConsole: whoever builds the page looks there first
    console.warn('kustom-checkout', problem);
    this.#tell('kustom-error', problem);
  }

  #show(): void {
    this.#view?.show({
      state: this.#state,
      texts: this.#texts,
      cart: this.cart,
      checkoutUrl: this.#wayBack,
      isConnectionLost: this.#isConnectionLost,
    });
  }

  get #texts(): Texts {
    const language = this.closest<HTMLElement>('[lang]')?.lang;
    return textsOf(this.locale ?? language ?? navigator.language);
  }

  #tell<Name extends keyof KustomEvents>(name: Name, detail: KustomEvents[Name]['detail']): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

for (const name of ATTRIBUTES) {
  const property = name.replace(/-./, ([, letter = '']) => letter.toUpperCase());
  Object.defineProperty(KustomCheckoutElement.prototype, property, {
    get(this: HTMLElement) {
      return this.getAttribute(name) || undefined;
    },
    set(this: HTMLElement, value: string | null | undefined) {
      if (value) this.setAttribute(name, value);
      else this.removeAttribute(name);
    },
  });
}
