/**
 * One stream per cart and browser, however many tabs show the cart.
 *
 * Browsers allow six connections to an origin over HTTP/1.1, and each stream holds one: a shopper with six tabs could
 * not even add to the cart. So the tabs agree on one that listens, by a lock, and it tells the others, by a channel.
 * When it closes, the browser gives the lock to the next. When it is frozen, it keeps the lock and says nothing; the
 * others notice that their question is not answered, and take the lock from it.
 */
import type { Cart } from '@hantera/storefront-sdk/cart';
import { openStream, type Stream, type StreamListener } from './source';

type Message =
  /** `isDoubtful`: whoever asks has been away, so the stream may have died meanwhile. */
  | { readonly type: 'ask'; readonly isDoubtful: boolean }
  | { readonly type: 'news'; readonly cart: Cart | undefined; readonly isConnected: boolean };

/** A tab answers within milliseconds unless it is frozen. */
const ANSWER_MS = 3_000;
const ASK_EVERY_MS = 15_000;

export function shareStream(url: string, listener: StreamListener): Stream {
  const canShare = typeof BroadcastChannel === 'function' && 'locks' in navigator;
  return canShare ? new SharedStream(url, listener) : openStream(url, listener);
}

class SharedStream implements Stream {
  readonly #name: string;
  readonly #channel: BroadcastChannel;
  readonly #asking = setInterval(() => document.hidden || this.#ask(false), ASK_EVERY_MS);
  readonly #url: string;
  readonly #listener: StreamListener;
  /** Ends the wait for the lock, and the holding of it. */
  #turn = new AbortController();
  #source: Stream | undefined;
  #newest: Cart | undefined;
  #isConnected = true;
  #unanswered: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, listener: StreamListener) {
    this.#url = url;
    this.#listener = listener;
    this.#name = `kustom-checkout ${url}`;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.#queue({});
    this.#ask(false);
  }

  close(): void {
    clearInterval(this.#asking);
    this.#settle();
    this.#turn.abort();
    this.#stepDown();
    this.#channel.close();
  }

  renew(): void {
    if (this.#source) this.#source.renew();
    else this.#ask(true);
  }

  /** Waits for the lock, or takes it, and listens for as long as it is held. */
  #queue(how: { steal: true } | Record<string, never>): void {
    const turn = new AbortController();
    this.#turn = turn;
    const held = new Promise<void>((resolve) => turn.signal.addEventListener('abort', () => resolve()));
    const options = how.steal ? how : { signal: turn.signal };
    const lead = () => {
      if (!turn.signal.aborted) this.#lead();
      return held;
    };
    navigator.locks.request(this.#name, options, lead).catch(() => {
      // Taken by another tab, which believed us frozen: back into the queue. Our own abort comes here as well.
      if (turn.signal.aborted) return;
      this.#stepDown();
      this.#queue({});
    });
  }

  #lead(): void {
    this.#settle();
    this.#source = openStream(this.#url, {
      onCart: (cart) => this.#tellAndTake(cart, true),
      onConnection: (isConnected) => {
        if (isConnected !== this.#isConnected) this.#tellAndTake(undefined, isConnected);
      },
    });
  }

  /** The others first: what this page makes of a cart may be the end of it. */
  #tellAndTake(cart: Cart | undefined, isConnected: boolean): void {
    this.#post({ type: 'news', cart, isConnected });
    this.#take(cart, isConnected);
  }

  #stepDown(): void {
    this.#source?.close();
    this.#source = undefined;
  }

  #hear(message: Message): void {
    if (message.type === 'ask') {
      this.#answer(message.isDoubtful);
      return;
    }
    this.#settle();
    if (!this.#source) this.#take(message.cart, message.isConnected);
  }

  #answer(isDoubtful: boolean): void {
    if (!this.#source) return;
    this.#post({ type: 'news', cart: this.#newest, isConnected: this.#isConnected });
    if (isDoubtful) this.#source.renew();
  }

  #take(cart: Cart | undefined, isConnected: boolean): void {
    if (isConnected !== this.#isConnected) this.#listener.onConnection(isConnected);
    this.#isConnected = isConnected;
    if (!cart) return;
    this.#newest = cart;
    this.#listener.onCart(cart);
  }

  #ask(isDoubtful: boolean): void {
    if (this.#source || this.#unanswered !== undefined) return;
    this.#post({ type: 'ask', isDoubtful });
    this.#unanswered = setTimeout(() => {
      this.#unanswered = undefined;
      if (this.#source) return;
      this.#turn.abort();
      this.#queue({ steal: true });
    }, ANSWER_MS);
  }

  #settle(): void {
    clearTimeout(this.#unanswered);
    this.#unanswered = undefined;
  }

  #post(message: Message): void {
    this.#channel.postMessage(message);
  }
}
