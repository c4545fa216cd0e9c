/** The code that it takes to build the page on screen. */
import { h } from '../dom';
import { scene } from '../scene';
import { copyButton } from '../timeline/view/details';
import './code.css';
import { coloured } from './colours';
import { codeFor } from './pages';

export function createCode(): HTMLElement {
  const name = h('h2', { 'data-testid': 'code-name' });
  const code = h('code', { 'data-testid': 'code' });
  const copy = copyButton('Copy', () => code.textContent ?? '', 'copy-code');
  const show = () => {
    const page = codeFor(scene.get().page, location.origin);
    if (name.textContent === page.name) return;
    name.textContent = page.name;
    code.replaceChildren(
      ...coloured(page.text).map(({ text, kind }) =>
        kind === 'plain' ? text : h('span', { class: kind }, text),
      ),
    );
  };
  scene.subscribe(show);
  show();
  return h(
    'section',
    { class: 'code-pane', 'aria-label': 'The code for this page' },
    h('div', { class: 'code-head' }, name, copy),
    h(
      'p',
      { class: 'quiet' },
      'The least that a shop needs for the page on screen: one file, no build, nothing left out.',
    ),
    h('pre', { tabindex: 0, role: 'region', 'aria-label': 'Code' }, code),
  );
}
