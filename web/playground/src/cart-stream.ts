/**
 * The live cart: one event stream that survives what happens to it.
 *
 * The browser reconnects after a broken connection but gives up for good on an error status, which is what a
 * proxy answers while the server restarts. Then we open a new stream ourselves, ever more patiently.
 */
import type { Cart } from '@hantera/storefront-sdk/cart';
import { client } from './api';

export type CartWatcher = {
  onCart: (cart: Cart) => void;
  onConnection: (isConnected: boolean) => void;
};

const REOPEN_FIRST_MS = 1_000;
const REOPEN_LONGEST_MS = 15_000;

export function watchCart(cartId: string, watcher: CartWatcher): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = REOPEN_FIRST_MS;

  const open = () => {
    const onCart = (cart: Cart) => {
      waitMs = REOPEN_FIRST_MS;
      watcher.onConnection(true);
      watcher.onCart(cart);
    };
    // A cart completed before the stream opened shows only in `init`.
    source = client.subscribeToCartEvents(cartId, { onInit: onCart, onUpdate: onCart, onConnectionError });
  };

  const onConnectionError = (event: Event) => {
    // A message of the server's own, called `error`. The connection is fine.
    if (event instanceof MessageEvent) return;
    watcher.onConnection(false);
    if (source?.readyState !== EventSource.CLOSED) return;
    timer = setTimeout(open, waitMs);
    waitMs = Math.min(waitMs * 2, REOPEN_LONGEST_MS);
  };

  // The client parses the data of every error event, and a broken connection has none. Its SyntaxError reaches
  // the window, where it would look like a fault of the page.
  const onWindowError = (event: ErrorEvent) => {
    const isBroken = source?.readyState !== EventSource.OPEN;
    if (isBroken && event.error instanceof SyntaxError && event.message.includes('JSON'))
      event.preventDefault();
  };

  addEventListener('error', onWindowError);
  open();
  return () => {
    removeEventListener('error', onWindowError);
    clearTimeout(timer);
    source?.close();
    client.unsubscribeFromCartEvents(cartId);
  };
}
