import { expect, test } from 'vitest';
import type { PageName } from '../scene';
import { coloured } from './colours';
import { codeFor } from './pages';

const PAGES: PageName[] = ['shop', 'checkout', 'confirmation', 'orders', 'terms'];

test.each(PAGES)('the page “%s” has code that talks to the server on screen', (page) => {
  const { name, text } = codeFor(page, 'http://127.0.0.1:3300');
  expect(name).toBe(`${page === 'terms' ? 'shop' : page}.html`);
  expect(text).toContain('http://127.0.0.1:3300');
  expect(text).not.toContain('kassa.example');
});

test.each(PAGES)('colours lose no letter of “%s”', (page) => {
  const { text } = codeFor(page, 'http://x');
  expect(
    coloured(text)
      .map((piece) => piece.text)
      .join(''),
  ).toBe(text);
});

test('comments, tags and texts are told apart, and addresses are not comments', () => {
  const kinds = (kind: string) =>
    coloured(`<p class="a">x</p>\n  // why\nconst url = 'http://x';`)
      .filter((piece) => piece.kind === kind)
      .map(({ text }) => text.trim());
  expect(kinds('comment')).toEqual(['// why']);
  expect(kinds('string')).toEqual(['"a"', `'http://x'`]);
  expect(kinds('tag')).toEqual(['<p', '>', '</p', '>']);
});
