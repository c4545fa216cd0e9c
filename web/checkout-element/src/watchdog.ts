/** Looks after something that takes well under a second: looks for itself first, and then says that it is late. */

const LOOK_MS = 6_000;
const LATE_MS = 20_000;

export type Watchdog = { start: () => void; stop: () => void };

export function createWatchdog(onLook: () => void, onLate: () => void): Watchdog {
  let timers: ReturnType<typeof setTimeout>[] = [];
  const stop = () => timers.forEach(clearTimeout);
  return {
    start: () => {
      stop();
      timers = [setTimeout(onLook, LOOK_MS), setTimeout(onLate, LATE_MS)];
    },
    stop,
  };
}
