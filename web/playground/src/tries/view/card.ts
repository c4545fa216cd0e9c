/** The try under way: its steps tick off as the timeline shows them, and at the end stands a verdict. */
import { h } from '../../dom';
import { ACTS, type Act, type Step, type Try } from '../list';
import type { Progress } from '../progress';

export type CardActions = { act: (act: Act) => void; again: () => void; leave: () => void };

export type Card = { readonly element: HTMLElement; show: (progress: Progress, problem: string) => void };

export function createCard(one: Try, actions: CardActions): Card {
  const steps = one.steps.map((step) => createStep(step, actions));
  const verdict = h('p', { class: 'verdict', role: 'status', 'data-testid': 'try-verdict' });
  const problem = h('p', { class: 'try-problem', role: 'alert', hidden: true });
  const element = h(
    'section',
    { class: 'try-card', 'aria-label': one.title, 'data-testid': 'running-try' },
    h(
      'div',
      { class: 'try-head' },
      h('h2', {}, one.title),
      button('Again', actions.again, 'try-again'),
      button('Leave', actions.leave, 'leave-try'),
    ),
    h('p', { class: 'todo' }, one.todo),
    h('ol', { class: 'steps' }, ...steps.map((step) => step.element)),
    verdict,
    problem,
  );
  return {
    element,
    show: (progress, text) => {
      steps.forEach((step, index) => {
        step.show(index < progress.done ? 'done' : index === progress.done ? 'next' : 'later');
      });
      const said = progress.verdict?.text ?? '';
      if (verdict.textContent !== said) verdict.textContent = said;
      verdict.dataset.verdict = progress.verdict ? (progress.verdict.isGood ? 'kept' : 'broken') : '';
      problem.hidden = text === '';
      if (problem.textContent !== text) problem.textContent = text;
    },
  };
}

type StepState = 'done' | 'next' | 'later';
const STATE_WORDS: Record<StepState, string> = { done: 'done: ', next: 'next: ', later: '' };

function createStep({ text, act }: Step, actions: CardActions) {
  const spoken = h('span', { class: 'visually-hidden' });
  const press = act && button(ACTS[act], () => actions.act(act), act);
  const element = h('li', { class: 'step' }, spoken, h('span', {}, text), press);
  const show = (state: StepState) => {
    if (element.dataset.state === state) return;
    element.dataset.state = state;
    spoken.textContent = STATE_WORDS[state];
    if (press) press.hidden = state !== 'next';
    if (state === 'next') element.setAttribute('aria-current', 'step');
    else element.removeAttribute('aria-current');
  };
  show('later');
  return { element, show };
}

function button(name: string, act: () => void, testId: string): HTMLButtonElement {
  return h('button', { type: 'button', class: 'small-button', 'data-testid': testId, onclick: act }, name);
}
