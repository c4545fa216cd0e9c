/**
 * One event stream of a cart that does not stay closed.
 *
 * The browser reconnects by itself after a broken connection but gives up for good on an error status, which is what
 * a proxy answers while the server restarts. Then we open a new one, ever more patiently. The published client's own
 * subscription is not used: it throws a SyntaxError at the window each time a connection breaks.
 */
import type { Cart } from '../cart.js';

export type StreamListener = {
  onCart: (cart: Cart) => void;
  onConnection: (isConnected: boolean) => void;
};

export type Stream = {
  close: () => void;
  /** Opens it anew: a connection that died in its sleep looks open for ever. */
  renew: () => void;
};

const REOPEN_FIRST_MS = 1_000;
const REOPEN_LONGEST_MS = 30_000;
/** A browser reconnects in two or three seconds when a proxy has lost its patience. That is no news for a shopper. */
const MISSED_MS = 5_000;

export function openStream(url: string, { onCart, onConnection }: StreamListener): Stream {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let missed: ReturnType<typeof setTimeout> | undefined;
  let waitMs = REOPEN_FIRST_MS;

  const hear = (event: MessageEvent<string>) => {
    missed = void clearTimeout(missed);
    waitMs = REOPEN_FIRST_MS;
    onConnection(true);
    onCart(JSON.parse(event.data));
  };
  const open = () => {
    source = new EventSource(url);
    source.addEventListener('init', hear);
    source.addEventListener('updated', hear);
    source.onerror = (event) => {
      // A message of the server's own that is called `error`. The connection is fine.
      if (event instanceof MessageEvent) return;
      missed ??= setTimeout(() => onConnection(false), MISSED_MS);
      if (source?.readyState !== EventSource.CLOSED) return;
      // Not all shoppers at once, when a server comes back.
      timer = setTimeout(open, waitMs * (0.5 + Math.random() / 2));
      waitMs = Math.min(waitMs * 2, REOPEN_LONGEST_MS);
    };
  };
  const close = () => {
    clearTimeout(timer);
    missed = void clearTimeout(missed);
    source?.close();
  };

  open();
  return {
    close,
    renew: () => {
      close();
      open();
    },
  };
}
