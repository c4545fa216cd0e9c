/** Follows one cart: by its stream, by reads of our own, and across whatever the browser does to the page. */
import type { Cart } from './cart.js';
import { isCart } from './news-of-cart.js';
import { shareStream } from './stream/shared.js';
import type { Stream } from './stream/source.js';
import { watchWaking } from './stream/wake.js';

export type FollowerListener = {
  /** `isCertain`: no other cart came while this one was asked for, so none can be newer. */
  onCart: (cart: Cart, isCertain: boolean) => void;
  onConnection: (isConnected: boolean) => void;
  /** The page was away and is back. */
  onWake: () => void;
  /** It is back from the back-forward cache. */
  onRestore: () => void;
};

export type CartFollower = {
  start: () => void;
  stop: () => void;
  /** Asks for the cart, tells it, and answers it. Nothing when there was no answer. */
  read: () => Promise<Cart | undefined>;
};

/** A read that hangs must not keep a change waiting for ever. */
const READ_MS = 10_000;

export function followCart(
  readCart: () => Promise<unknown>,
  streamUrl: string,
  { onCart, onConnection, onWake, onRestore }: FollowerListener,
): CartFollower {
  let stream: Stream | undefined;
  let streamed = 0;
  let stopWatching = () => {};

  const open = () => {
    stream ??= shareStream(streamUrl, {
      onCart: (cart) => {
        streamed += 1;
        onCart(cart, false);
      },
      onConnection,
    });
  };
  const close = () => {
    stream?.close();
    stream = undefined;
  };
  const read = async () => {
    const before = streamed;
    const tooLate = new Promise<undefined>((resolve) => setTimeout(resolve, READ_MS));
    const answer = await Promise.race([readCart(), tooLate]).catch(() => undefined);
    if (!isCart(answer)) return undefined;
    onCart(answer, before === streamed);
    return answer;
  };
  const look = () => {
    onWake();
    void read();
  };

  return {
    start: () => {
      open();
      stopWatching = watchWaking({
        onWake: () => {
          stream?.renew();
          look();
        },
        onLeave: close,
        onRestore: () => {
          open();
          onRestore();
          look();
        },
      });
    },
    stop: () => {
      stopWatching();
      close();
    },
    read,
  };
}
