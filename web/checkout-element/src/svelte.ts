/** The element, and `<kustom-checkout>` in Svelte's markup. */
import type { HTMLAttributes } from 'svelte/elements';
import type { KustomAttributes, KustomListeners, KustomProperties } from './attributes.js';
import type { KustomCheckoutElement } from './element.js';

export * from './index.js';

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'kustom-checkout': HTMLAttributes<KustomCheckoutElement> &
      KustomAttributes &
      KustomProperties &
      KustomListeners;
  }
}
