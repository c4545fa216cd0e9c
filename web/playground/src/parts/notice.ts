import { h } from '../dom';

/** A page that has only one thing to say, and a way on. */
export function showNotice(main: HTMLElement, title: string, text: string): void {
  main.replaceChildren(
    h(
      'article',
      { class: 'notice', 'data-testid': 'notice' },
      h('h1', {}, title),
      h('p', { class: 'quiet' }, text),
      h('a', { class: 'button primary', href: '/' }, 'To the shop'),
    ),
  );
}
