/** Whose turn it is, among the tabs of a browser: one at a time, then the next, and by force where one is frozen. */

export type Turn = { steal: () => void; end: () => void };
export type TurnListener = { onHeld: () => void; onLost: () => void };

export function createTurn(name: string, { onHeld, onLost }: TurnListener): Turn {
  let end = () => {};

  const queue = (steal: boolean) => {
    const turn = new AbortController();
    const { signal } = turn;
    const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    end = () => {
      turn.abort();
      onLost();
    };
    const hold = () => {
      if (!signal.aborted) onHeld();
      return over;
    };
    // A lock that is taken by force cannot be waited for as well.
    navigator.locks.request(name, steal ? { steal } : { signal }, hold).catch((problem: unknown) => {
      if (signal.aborted) return;
      // This browser gives no locks to such a page, so every tab is on its own.
      if ((problem as DOMException).name !== 'AbortError') return onHeld();
      // Taken by another tab, which believed us frozen: back into the queue.
      onLost();
      queue(false);
    });
  };

  queue(false);
  return {
    steal: () => {
      end();
      queue(true);
    },
    end: () => end(),
  };
}
