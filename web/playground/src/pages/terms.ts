import { h } from '../dom';
import { createFrame } from '../parts/frame';

export function showTerms(root: HTMLElement): void {
  const { main } = createFrame(root, 'Terms');
  main.append(
    h(
      'article',
      { class: 'prose' },
      h('h1', {}, 'Terms'),
      h(
        'p',
        {},
        'Nothing here is for sale. The shop, its goods and its prices are made up, and so is the payment.',
      ),
      h(
        'p',
        {},
        'No order is delivered, nobody is charged, and nothing you enter leaves the machine that runs this demo.',
      ),
      h('p', {}, h('a', { href: '/' }, 'Back to the shop')),
    ),
  );
}
