/** Everything that is known of the cart on screen: of the server and of this page, as one log that can be listened to. */
import { scene } from '../scene';
import { isOfPage } from './entry';
import { type Feed, followTimeline } from './feed';
import { emptyLog, type Log, withEntries } from './log';
import { followElement, followKustom, followPage, type Note } from './page-events';

export type Connection = 'live' | 'lost' | 'missing' | 'none';

export type Source = {
  readonly log: Log;
  readonly cartId: string | undefined;
  readonly connection: Connection;
  /** Adds something that this page knows. */
  note: Note;
  subscribe: (listener: () => void) => void;
  /** Which cart is to be followed, whatever is on screen. Nothing: that on screen. */
  pin: (cartId: string | undefined) => void;
};

export function createSource(): Source {
  const listeners = new Set<() => void>();
  let [log, cartId, connection]: [Log, string | undefined, Connection] = [emptyLog, undefined, 'none'];
  let pinned: string | undefined;
  let feed: Feed | undefined;
  let note: Note = () => undefined;

  const tell = soon(() => {
    for (const listener of listeners) listener();
  });
  const take: Parameters<typeof followPage>[1] = (entries) => {
    log = withEntries(log, entries);
    tell();
  };
  const follow = (wanted: string | undefined) => {
    if (wanted === cartId) return;
    feed?.stop();
    [log, cartId, connection, note] = [emptyLog, wanted, wanted ? 'lost' : 'none', () => undefined];
    tell();
    if (!wanted) return;
    note = followPage(wanted, take);
    feed = followTimeline(wanted, {
      onEntries: take,
      onDropped: (count) => {
        log = { ...log, dropped: log.dropped + count };
        tell();
      },
      onRestart: () => {
        log = withEntries(emptyLog, log.entries.filter(isOfPage));
        tell();
      },
      onState: (state) => {
        connection = state;
        tell();
      },
    });
  };
  followCheckout((what) => note(what), tell);
  const look = () => follow(pinned ?? scene.get().cartId);
  scene.subscribe(look);
  look();
  return {
    get log() {
      return log;
    },
    get cartId() {
      return cartId;
    },
    get connection() {
      return connection;
    },
    note: (what) => note(what),
    subscribe: (listener) => void listeners.add(listener),
    pin: (wanted) => {
      pinned = wanted;
      look();
    },
  };
}

/** The element of the page, as soon as there is one, and Kustom's own events once its iframe is rendered. */
function followCheckout(note: Note, tell: () => void): void {
  let followed: unknown;
  let stop: () => void = () => undefined;
  const look = () => {
    const { checkout } = scene.get();
    if (checkout === followed) return;
    stop();
    followed = checkout;
    if (!checkout) return;
    const stopElement = followElement(checkout, note);
    let isListening = false;
    const listen = () => {
      tell();
      // The snippet's own queue is there before its iframe, which may come after the last change of state.
      if (isListening || !('_klarnaCheckout' in window)) return;
      isListening = true;
      followKustom(note);
    };
    checkout.addEventListener('kustom-state', listen);
    listen();
    stop = () => {
      stopElement();
      checkout.removeEventListener('kustom-state', listen);
    };
  };
  scene.subscribe(look);
  look();
}

/** Many entries come at once; they are drawn once. */
function soon(act: () => void): () => void {
  let isComing = false;
  return () => {
    if (isComing) return;
    isComing = true;
    queueMicrotask(() => {
      isComing = false;
      act();
    });
  };
}
