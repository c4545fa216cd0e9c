/** Begins a try, does what its buttons say, and takes back what it has broken. */
import { memory } from '../memory';
import type { Source } from '../timeline/source';
import { checkoutOf, fillNewCart, kustomOrderOf } from './cart';
import { createKustomControl } from './kustom';
import type { Act, Try } from './list';
import { keepRunning, type Running, readRunning } from './running';

const LOST_MS = 20_000;
const TWO_MINUTES = 130;

export type Director = {
  readonly running: Running | undefined;
  begin: (one: Try) => Promise<void>;
  act: (act: Act) => Promise<void>;
  /** Leaves the try, with everything as it was. */
  leave: () => Promise<void>;
};

export function createDirector(source: Source, onChange: () => void): Director {
  const kustom = createKustomControl();
  let running = readRunning();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const keep = (changed: Running | undefined) => {
    running = changed;
    keepRunning(changed);
    source.pin(changed?.cartId);
    onChange();
  };
  const mend = async () => {
    clearTimeout(timer);
    const { fault, ...rest } = running ?? {};
    if (!fault) return;
    // Noted first: Kassa may notice before the emulator's answer has arrived here.
    source.note(atKustom('back', 'Kustom is back'));
    await kustom.mend(fault.number);
    keep(rest as Running);
  };
  /** Also after a page load, and when the time is over already. */
  const mendInTime = (untilMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => void mend(), Math.max(0, untilMs - Date.now()));
  };
  const lose = async (current: Running) => {
    if (current.fault) return;
    const fault = { number: await kustom.loseAll(), untilMs: Date.now() + LOST_MS };
    source.note(atKustom('lost', 'Kustom is lost: every connection breaks'));
    keep({ ...current, fault });
    mendInTime(fault.untilMs);
  };
  const acts: Record<Act, (current: Running) => Promise<void>> = {
    'lose-kustom': lose,
    'bring-kustom-back': mend,
    'second-tab': async ({ cartId }) => void window.open(checkoutOf(cartId), '_blank'),
    'two-minutes': () => kustom.advance(TWO_MINUTES),
    accept: async ({ cartId }) => {
      const kustomOrderId = await kustomOrderOf(cartId);
      source.note(atKustom('decided', 'Kustom has decided: accepted'));
      await kustom.accept(kustomOrderId);
    },
  };

  source.pin(running?.cartId);
  if (running?.fault) mendInTime(running.fault.untilMs);
  return {
    get running() {
      return running;
    },
    begin: async (one) => {
      await mend();
      const cartId = await fillNewCart();
      memory.setCartId('se-webshop', cartId);
      keep({ id: one.id, cartId });
      location.assign(checkoutOf(cartId));
    },
    act: async (act) => {
      if (running) await acts[act](running);
    },
    leave: async () => {
      await mend();
      keep(undefined);
    },
  };
}

function atKustom(to: string, title: string): Parameters<Source['note']>[0] {
  return { from: 'kustom', to: 'kustom', kind: 'state', title, detail: { what: 'kustom', to } };
}
