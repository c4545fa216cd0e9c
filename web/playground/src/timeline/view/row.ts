/** One row of the list: a button with a picture in it, and what is behind it once it was pressed. */
import { h } from '../../dom';
import type { CurlPlace } from '../curl';
import type { Fold } from '../fold';
import type { Row } from '../rows';
import { clockTime, duration, isTrouble, sentence, shortTitle } from '../words';
import { drawRow } from './arrow';
import { createDetails } from './details';

export type RowActions = { toggle: (key: string) => void; place: CurlPlace };

export function createRow(row: Row, isExpanded: boolean, actions: RowActions): HTMLLIElement {
  const { entry } = row;
  const button = h(
    'button',
    {
      type: 'button',
      class: 'row',
      tabindex: -1,
      'aria-expanded': String(isExpanded),
      'aria-label': `${sentence(row)}, ${clockTime(entry.atMs)}`,
      onclick: () => actions.toggle(entry.key),
    },
    h('span', { class: 'time' }, clockTime(entry.atMs)),
    h('span', { class: 'drawing' }, drawRow(row), label(row)),
  );
  const item = h('li', { class: classesOf(row) }, button);
  item.dataset.key = entry.key;
  if (entry.exchange !== undefined) item.dataset.exchange = String(entry.exchange);
  if (isExpanded) item.append(createDetails(row, actions.place));
  return item;
}

export function createFold(fold: Fold, actions: RowActions): HTMLLIElement {
  const text = `${fold.rounds} more times the same`;
  const button = h(
    'button',
    {
      type: 'button',
      class: 'row fold',
      tabindex: -1,
      'aria-expanded': 'false',
      onclick: () => actions.toggle(fold.key),
    },
    h('span', { class: 'time' }),
    h('span', { class: 'drawing' }, text),
  );
  const item = h('li', {}, button);
  item.dataset.key = fold.key;
  return item;
}

/** What a row looks like, as a text: it is only drawn anew when this changes. */
export function appearanceOf(row: Row, isExpanded: boolean): string {
  const bars = row.bars.map(({ exchange, part, place }) => `${exchange}${part}${place}`).join();
  return `${isExpanded}|${row.isWaiting}|${row.partner?.key ?? ''}|${bars}`;
}

function label(row: Row): HTMLElement {
  const { entry, durationMs, isWaiting } = row;
  const ending = isWaiting ? 'waiting' : durationMs === undefined ? '' : duration(durationMs);
  return h(
    'span',
    { class: 'label' },
    h('span', { class: 'said' }, shortTitle(entry)),
    ending !== '' && h('span', { class: 'ending' }, ending),
  );
}

function classesOf(row: Row): string {
  const { entry, isWaiting } = row;
  const where =
    entry.from === entry.to ? `mark-${entry.from}` : `arrow-${[entry.from, entry.to].sort().join('-')}`;
  const states = [isTrouble(entry) && 'trouble', isWaiting && 'waiting'];
  return ['entry', `kind-${entry.kind}`, where, ...states].filter(Boolean).join(' ');
}
