/** Above the timeline: what Kustom should hold, what it holds, and what the checkout on this page makes of it. */
import { h, setText } from '../../dom';
import { type Hashes, shortHash } from '../hashes';

export type Status = {
  readonly element: HTMLElement;
  showHashes: (hashes: Hashes) => void;
  showPhase: (phase: string | undefined) => void;
  showConnection: (state: 'live' | 'lost' | 'missing' | 'none') => void;
};

const CONNECTIONS = {
  live: 'live',
  lost: 'connecting…',
  missing: 'no timeline: this server keeps none',
  none: 'put something into the cart to begin',
};

export function createStatus(): Status {
  const [pending, sync, phase] = [value('pending-hash'), value('sync-hash'), value('element-phase')];
  const verdict = h('dd', { class: 'verdict', 'data-testid': 'hash-verdict' }, '–');
  const connection = h('p', { class: 'connection', 'data-testid': 'timeline-connection' }, CONNECTIONS.none);
  const element = h(
    'div',
    { class: 'status' },
    h(
      'dl',
      {},
      pair('pending hash', pending),
      pair('sync hash', sync),
      pair('they are', verdict),
      pair('<kustom-checkout>', phase),
    ),
    connection,
  );
  return {
    element,
    showHashes: ({ pending: wanted, sync: held, isEqual, isKnown }) => {
      change(pending, shortHash(wanted));
      change(sync, shortHash(held));
      change(verdict, isKnown ? (isEqual ? 'equal' : 'different') : '–');
      verdict.dataset.verdict = isKnown ? (isEqual ? 'equal' : 'different') : '';
    },
    showPhase: (name) => {
      change(phase, name ?? '–');
      phase.dataset.phase = name ?? '';
    },
    showConnection: (state) => {
      setText(connection, CONNECTIONS[state]);
      connection.dataset.state = state;
    },
  };
}

function value(testId: string): HTMLElement {
  return h('dd', { 'data-testid': testId }, '–');
}

function pair(name: string, shown: HTMLElement): HTMLElement {
  return h('div', {}, h('dt', {}, name), shown);
}

/** A change is shown by a short flash. Restarting an animation takes a new layout in between. */
function change(element: HTMLElement, text: string): void {
  if (element.textContent === text) return;
  setText(element, text);
  element.classList.remove('changed');
  void element.offsetWidth;
  element.classList.add('changed');
}
