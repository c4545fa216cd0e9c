import { expect, test } from 'vitest';
import { renderSnippet } from './snippet.js';

const SNIPPET =
  '<div id="klarna-checkout-container"><script type="text/javascript" data-x="1">a = 1</script></div>';

test('scripts are made anew in the same place, with all they had and the page’s nonce', () => {
  const container = document.createElement('div');
  renderSnippet(container, SNIPPET, 'r4nd0m');
  const script = container.querySelector('#klarna-checkout-container > script') as HTMLScriptElement;
  expect([script.type, script.dataset.x, script.textContent]).toEqual(['text/javascript', '1', 'a = 1']);
  expect(script.nonce).toBe('r4nd0m');
});
