/**
 * One stream per cart and browser, however many tabs show the cart.
 *
 * Browsers allow six connections to an origin over HTTP/1.1, and each stream holds one: a shopper with six tabs could
 * not even add to the cart. So the tabs agree on one that listens, by a lock, and it tells the others, by a channel.
 * When it closes, the browser gives the lock to the next. When it is frozen, it keeps the lock and says nothing; the
 * others notice that their question is not answered, and take the lock from it.
 */
import type { Cart } from '../cart.js';
import { openStream, type Stream, type StreamListener } from './source.js';
import { createTurn } from './turn.js';

type Message =
  /** `isDoubtful`: whoever asks has been away, so the stream may have died meanwhile. */
  | { readonly type: 'ask'; readonly isDoubtful: boolean }
  | { readonly type: 'news'; readonly cart: Cart | undefined; readonly isConnected: boolean };

/** A tab answers within milliseconds unless it is frozen. */
const ANSWER_MS = 3_000;
const ASK_EVERY_MS = 15_000;

export function shareStream(url: string, listener: StreamListener): Stream {
  const canShare = globalThis.BroadcastChannel && navigator.locks;
  return canShare ? joinStream(url, listener) : openStream(url, listener);
}

function joinStream(url: string, listener: StreamListener): Stream {
  const name = `kustom-checkout ${url}`;
  const channel = new BroadcastChannel(name);
  let source: Stream | undefined;
  let newest: Cart | undefined;
  let isConnected: boolean | undefined;
  let unanswered: ReturnType<typeof setTimeout> | undefined;

  const tell = (message: Message) => channel.postMessage(message);
  const take = (cart: Cart | undefined, isConnectedNow: boolean) => {
    // The first news are always told: whoever listens may remember a connection that was lost before.
    if (isConnectedNow !== isConnected) listener.onConnection(isConnectedNow);
    isConnected = isConnectedNow;
    if (!cart) return;
    newest = cart;
    listener.onCart(cart);
  };
  /** The others first: what this page makes of a cart may be the end of it. */
  const tellAndTake = (cart: Cart | undefined, isConnectedNow: boolean) => {
    tell({ type: 'news', cart, isConnected: isConnectedNow });
    take(cart, isConnectedNow);
  };
  const settle = () => {
    unanswered = void clearTimeout(unanswered);
  };
  const turn = createTurn(name, {
    onHeld: () => {
      settle();
      source = openStream(url, {
        onCart: (cart) => tellAndTake(cart, true),
        onConnection: (now) => now !== isConnected && tellAndTake(undefined, now),
      });
    },
    onLost: () => {
      source?.close();
      source = undefined;
    },
  });
  const ask = (isDoubtful: boolean) => {
    if (source || unanswered !== undefined) return;
    unanswered = setTimeout(() => {
      unanswered = undefined;
      if (!source) turn.steal();
    }, ANSWER_MS);
    tell({ type: 'ask', isDoubtful });
  };
  const asking = setInterval(() => document.hidden || ask(false), ASK_EVERY_MS);

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.type === 'news') {
      settle();
      if (!source) take(data.cart, data.isConnected);
    } else if (source) {
      tell({ type: 'news', cart: newest, isConnected: isConnected !== false });
      if (data.isDoubtful) source.renew();
    }
  };
  ask(false);
  return {
    close: () => {
      clearInterval(asking);
      settle();
      turn.end();
      channel.close();
    },
    renew: () => (source ? source.renew() : ask(true)),
  };
}
