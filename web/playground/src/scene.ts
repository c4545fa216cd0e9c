/**
 * What is on screen, for whoever shows something beside it. The shop's pages write it; the workshop only reads.
 */
import type { KustomCheckoutElement } from '@kassa/checkout-element';

export type PageName = 'shop' | 'checkout' | 'confirmation' | 'orders' | 'terms';

export type Scene = {
  readonly page: PageName;
  readonly cartId?: string;
  readonly checkout?: KustomCheckoutElement;
};

type Listener = (scene: Scene) => void;

const listeners = new Set<Listener>();
let now: Scene = { page: 'shop' };

export const scene = {
  get: (): Scene => now,
  /** Called with every change from now on, not with what is there already. */
  subscribe: (listener: Listener): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  set: (changed: Partial<Scene>): void => {
    now = { ...now, ...changed };
    for (const listener of listeners) listener(now);
  },
};
