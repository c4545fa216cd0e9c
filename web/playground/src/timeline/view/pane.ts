/** The timeline with what stands above it. */
import type { KustomCheckoutElement } from '@kassa/checkout-element';
import { h } from '../../dom';
import type { Entry } from '../entry';
import { hashesOf } from '../hashes';
import { ofKinds, rowsOf } from '../rows';
import type { Source } from '../source';
import { LANE_NAMES } from '../words';
import { createFilter } from './filter';
import { createList } from './list';
import { createStatus } from './status';

export function createTimelinePane(
  source: Source,
  checkout: () => KustomCheckoutElement | undefined,
): HTMLElement {
  const status = createStatus();
  const list = createList();
  const filter = createFilter(() => show());
  const dropped = h('p', { class: 'dropped', hidden: true });
  const show = () => {
    const { entries, dropped: count } = source.log;
    status.showHashes(hashesOf(entries));
    status.showPhase(phaseOf(checkout(), entries));
    status.showConnection(source.connection);
    dropped.hidden = count === 0;
    dropped.textContent = `${count} earlier entries are not kept.`;
    // Partners are looked for among all entries: hiding a kind does not make its other half wait.
    const shown = new Set(ofKinds(entries, filter.kinds));
    const rows = rowsOf(entries).filter(({ entry }) => shown.has(entry));
    list.show(rows, { origin: location.origin, cartId: source.cartId ?? '' });
  };
  source.subscribe(show);
  show();
  return h(
    'section',
    { class: 'timeline-pane', 'aria-label': 'Live timeline' },
    status.element,
    filter.element,
    h(
      'div',
      { class: 'lanes', 'aria-hidden': 'true' },
      ...Object.values(LANE_NAMES).map((name) => h('span', {}, name)),
    ),
    dropped,
    list.element,
  );
}

/** An element that has done its work is taken from the page. Then what was last heard of it counts. */
function phaseOf(checkout: KustomCheckoutElement | undefined, entries: readonly Entry[]): string | undefined {
  if (checkout?.isConnected) return checkout.state.phase;
  return entries.findLast(({ kind, detail }) => kind === 'state' && detail.what === 'checkout')?.detail.to;
}
