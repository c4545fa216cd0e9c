/** The list of what to try. */
import { h } from '../../dom';
import { TRIES, type Try } from '../list';

export function createTryList(begin: (one: Try) => void): HTMLElement {
  const items = TRIES.map((one, index) =>
    h(
      'li',
      {},
      h(
        'details',
        { ...(index === 0 && { open: true }), name: 'tries', 'data-testid': `try-${one.id}` },
        h('summary', {}, one.title),
        h(
          'dl',
          {},
          h('dt', {}, 'Do'),
          h('dd', {}, one.todo),
          h('dt', {}, 'It should'),
          h('dd', {}, one.expected),
          h('dt', {}, 'Why it is hard'),
          h('dd', {}, one.hard),
        ),
        h(
          'button',
          {
            type: 'button',
            class: 'small-button primary',
            'data-testid': `begin-${one.id}`,
            onclick: () => begin(one),
          },
          'Fill a cart and go to the checkout',
        ),
      ),
    ),
  );
  return h('ol', { class: 'tries' }, ...items);
}
