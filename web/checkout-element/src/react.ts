/** The element, and `<kustom-checkout>` in JSX. For React 19, which knows properties and events of custom elements. */
import type { ClassAttributes, HTMLAttributes } from 'react';
import type { KustomAttributes, KustomListeners, KustomProperties } from './attributes.js';
import type { KustomCheckoutElement } from './element.js';

export * from './index.js';

type Element = KustomCheckoutElement;
type KustomCheckoutProps = HTMLAttributes<Element> &
  ClassAttributes<Element> &
  KustomAttributes &
  KustomProperties &
  KustomListeners;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'kustom-checkout': KustomCheckoutProps;
    }
  }
}
