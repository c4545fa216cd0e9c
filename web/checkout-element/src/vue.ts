/** The element, and `<kustom-checkout>` in Vue's templates. Vue's compiler must be told, too: see the README. */
import type { EmitFn, HTMLAttributes, PublicProps } from 'vue';
import type { KustomAttributes, KustomProperties } from './attributes.js';
import type { KustomCheckoutElement, KustomEvents } from './element.js';

export * from './index.js';

/** Vue asks for a component, of which a template sees the props and what it emits. */
type KustomCheckoutInTemplates = new () => KustomCheckoutElement & {
  /** For the type checker alone: the element has no such member. */
  $props: HTMLAttributes & PublicProps & KustomAttributes & KustomProperties;
  $emit: EmitFn<{ [Name in keyof KustomEvents]: (event: KustomEvents[Name]) => void }>;
};

declare module 'vue' {
  interface GlobalComponents {
    'kustom-checkout': KustomCheckoutInTemplates;
  }
}
