import type { CartProfile } from '@hantera/storefront-sdk/cart';
import { h } from '../dom';

/** A profile fixes currency, tax and countries, so each has a cart of its own. */
export function createProfileSelect(
  profiles: readonly CartProfile[],
  chosen: CartProfile,
  onChoose: (profile: CartProfile) => void,
): HTMLElement {
  const select = h('select', {
    'data-testid': 'profile-select',
    onchange: () => {
      const profile = profiles.find((one) => one.profileKey === select.value);
      if (profile) onChoose(profile);
    },
  });
  for (const profile of profiles) {
    const tax = profile.taxIncluded ? '' : ', excl. tax';
    select.append(
      h('option', { value: profile.profileKey }, `${profile.profileKey} · ${profile.currencyCode}${tax}`),
    );
  }
  select.value = chosen.profileKey;
  return h('label', { class: 'profile' }, h('span', {}, 'Profile'), select);
}
