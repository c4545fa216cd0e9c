/** The list of what to try, and the card of the try that is under way. */
import { h } from '../dom';
import type { Source } from '../timeline/source';
import { createDirector } from './director';
import { TRIES, type Try } from './list';
import { progressOf } from './progress';
import './tries.css';
import { type Card, createCard } from './view/card';
import { createTryList } from './view/list';

export type Tries = {
  /** Above the timeline, while a try is under way. */
  readonly card: HTMLElement;
  readonly list: HTMLElement;
};

export function createTries(source: Source, onBegin: () => void): Tries {
  const place = h('div', { class: 'try-place' });
  let problem = '';
  let shown: { one: Try; card: Card } | undefined;

  /** What cannot be done is said where the button is. */
  const attempt = (act: Promise<void>) => {
    problem = '';
    act
      .catch((reason: unknown) => {
        problem = reason instanceof Error ? reason.message : String(reason);
      })
      .finally(show);
  };
  const director = createDirector(source, () => show());
  const begin = (one: Try) => {
    onBegin();
    attempt(director.begin(one));
  };
  const show = () => {
    const one = TRIES.find(({ id }) => id === director.running?.id);
    if (one !== shown?.one) {
      shown = one && {
        one,
        card: createCard(one, {
          act: (act) => attempt(director.act(act)),
          again: () => begin(one),
          leave: () => attempt(director.leave()),
        }),
      };
      place.replaceChildren(...(shown ? [shown.card.element] : []));
    }
    shown?.card.show(progressOf(shown.one, source.log.entries), problem);
  };
  source.subscribe(show);
  show();
  return { card: place, list: createTryList(begin) };
}
