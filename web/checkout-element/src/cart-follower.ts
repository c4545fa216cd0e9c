/** Follows one cart: by its stream, by reads of our own, and across whatever the browser does to the page. */
import type { Cart } from '@hantera/storefront-sdk/cart';
import { isCart } from './news-of-cart';
import { shareStream } from './stream/shared';
import type { Stream } from './stream/source';
import { watchWaking } from './stream/wake';

export type FollowerListener = {
  /** `isCertain`: no other cart came while this one was asked for, so none can be newer. */
  onCart: (cart: Cart, isCertain: boolean) => void;
  onConnection: (isConnected: boolean) => void;
  /** The page was away and is back; from the back-forward cache if it was restored. */
  onWake: (how: 'woken' | 'restored') => void;
};

/** A read that hangs must not keep a change waiting for ever. */
const READ_MS = 10_000;

export class CartFollower {
  readonly #readCart: () => Promise<unknown>;
  readonly #streamUrl: string;
  readonly #listener: FollowerListener;
  #stream: Stream | undefined;
  #streamed = 0;
  #stopWatching = () => {};

  constructor(readCart: () => Promise<unknown>, streamUrl: string, listener: FollowerListener) {
    this.#readCart = readCart;
    this.#streamUrl = streamUrl;
    this.#listener = listener;
  }

  start(): void {
    this.#open();
    this.#stopWatching = watchWaking({
      onWake: () => this.#wake('woken'),
      onLeave: () => this.#close(),
      onRestore: () => {
        this.#open();
        this.#wake('restored');
      },
    });
  }

  stop(): void {
    this.#stopWatching();
    this.#close();
  }

  /** Asks for the cart and tells it. `false` when there was no answer. */
  async read(): Promise<boolean> {
    const { cart, isCertain } = await this.ask();
    if (cart) this.#listener.onCart(cart, isCertain);
    return cart !== undefined;
  }

  async ask(): Promise<{ cart: Cart | undefined; isCertain: boolean }> {
    const streamed = this.#streamed;
    const tooLate = new Promise<undefined>((resolve) => setTimeout(resolve, READ_MS));
    const answer = await Promise.race([this.#readCart(), tooLate]).catch(() => undefined);
    const cart = isCart(answer) ? answer : undefined;
    return { cart, isCertain: streamed === this.#streamed };
  }

  #wake(how: 'woken' | 'restored'): void {
    if (how === 'woken') this.#stream?.renew();
    this.#listener.onWake(how);
    void this.read();
  }

  #open(): void {
    this.#stream ??= shareStream(this.#streamUrl, {
      onCart: (cart) => {
        this.#streamed += 1;
        this.#listener.onCart(cart, false);
      },
      onConnection: this.#listener.onConnection,
    });
  }

  #close(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }
}
