import { expect, test } from 'vitest';
import { renderSnippet, scriptOrigin } from './snippet';

function container(snippet: string): HTMLElement {
  const element = document.createElement('div');
  document.body.append(element);
  renderSnippet(element, snippet);
  return element;
}

test('each script is a fresh copy with the same attributes and text', () => {
  const before =
    '<div id="klarna-checkout-container"></div><script type="text/x-any" data-key="a">one</script>';
  const script = container(before).querySelector('script');
  expect(script?.getAttribute('data-key')).toBe('a');
  expect(script?.textContent).toBe('one');
});

test('the inspector is where Kustom’s script comes from', () => {
  const at = 'http://127.0.0.1:3301';
  expect(scriptOrigin(container(`<script type="text/x-any" src="${at}/bootstrap.js"></script>`))).toBe(at);
  expect(scriptOrigin(container('<p>No script.</p>'))).toBeUndefined();
});
