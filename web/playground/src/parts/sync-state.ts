/** One line over the iframe that says what is going on, in a place that is always there: nothing jumps. */
import { h, setText } from '../dom';
import type { KustomState, Phase } from '../kustom-state';

const TEXT: Record<Phase, string> = {
  loading: 'Opening the checkout…',
  open: 'Your order is up to date.',
  suspended: 'Updating your order…',
  paying: 'Taking you to the confirmation…',
  confirming: 'Confirming your payment…',
  done: 'Your order is placed.',
  failed: 'The checkout is not available.',
};

export function createSyncState(): { element: HTMLElement; show: (state: KustomState) => void } {
  const text = h('span', { class: 'text' }, TEXT.loading);
  // What stays to be seen while an update is too quick to be worth a flash. The style sheet says how quick that is.
  const before = h('span', { class: 'text-before', 'aria-hidden': 'true' }, TEXT.loading);
  const element = h(
    'p',
    {
      class: 'sync-state',
      role: 'status',
      'aria-live': 'polite',
      'data-testid': 'sync-state',
      'data-state': 'loading',
    },
    h('span', { class: 'dot', 'aria-hidden': 'true' }),
    h('span', { class: 'texts' }, text, before),
  );
  return {
    element,
    show: (state) => {
      element.dataset.state = state.phase;
      setText(text, TEXT[state.phase]);
      if (state.phase !== 'suspended') setText(before, TEXT[state.phase]);
    },
  };
}
