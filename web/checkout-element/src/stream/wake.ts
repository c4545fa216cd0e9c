/** When a page has been away, and what it knows may be old: hidden, asleep, offline, or kept by the browser. */

export type WakeListener = {
  /** Look again: much may have happened. */
  onWake: () => void;
  /** The page is left, and may be kept as it is. A page that keeps a connection or a lock is not. */
  onLeave: () => void;
  /** The page is shown again as it was left. */
  onRestore: () => void;
};

const LOOK_EVERY_MS = 10_000;
/** Three looks missed: not a busy page, but a closed lid. */
const AWAY_MS = 40_000;

export function watchWaking({ onWake, onLeave, onRestore }: WakeListener): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  let seenAt = Date.now();

  // A hidden page has not been seen either; its timers are slowed down anyway.
  const look = () => {
    if (document.hidden) return;
    const awayMs = Date.now() - seenAt;
    seenAt = Date.now();
    if (awayMs > AWAY_MS) onWake();
  };
  const looking = setInterval(look, LOOK_EVERY_MS);
  document.addEventListener('visibilitychange', look, { signal });
  addEventListener('online', onWake, { signal });
  addEventListener('pagehide', onLeave, { signal });
  addEventListener('pageshow', (event) => event.persisted && onRestore(), { signal });
  return () => {
    clearInterval(looking);
    listening.abort();
  };
}
