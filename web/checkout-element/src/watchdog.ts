/** Looks after something that takes well under a second: looks for itself first, and then says that it is late. */

const LOOK_MS = 6_000;
const LATE_MS = 20_000;

export class Watchdog {
  readonly #onLook: () => void;
  readonly #onLate: () => void;
  #timers: ReturnType<typeof setTimeout>[] = [];

  constructor(onLook: () => void, onLate: () => void) {
    this.#onLook = onLook;
    this.#onLate = onLate;
  }

  start(): void {
    this.stop();
    this.#timers = [setTimeout(this.#onLook, LOOK_MS), setTimeout(this.#onLate, LATE_MS)];
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
