/** Whether the shop's server is there, and when the page should look again because it was away. */
import type { CartProfile } from '@hantera/storefront-sdk/cart';
import { carts } from './server';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

export type ServerWatcher = {
  setGone: (isGone: boolean) => void;
  onProfiles: (profiles: readonly CartProfile[]) => void;
  /** The shopper is back on this page: another tab may have changed what it shows. */
  onBack: () => void;
};

export function watchServer({ setGone, onProfiles, onBack }: ServerWatcher): void {
  let waitMs = FIRST_WAIT_MS;

  const ask = async () => {
    const profiles = await carts.getCartProfiles().catch(() => undefined);
    setGone(!Array.isArray(profiles));
    if (Array.isArray(profiles)) return onProfiles(profiles);
    setTimeout(() => void ask().then(onBack), waitMs);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  };
  const look = () => {
    if (document.visibilityState === 'visible') onBack();
  };
  document.addEventListener('visibilitychange', look);
  addEventListener('focus', look);
  addEventListener('pageshow', (event) => event.persisted && look());
  void ask();
}
