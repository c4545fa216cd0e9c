import { expect, test } from 'vitest';
import { headerLines, piecesOf, prettyBody } from './redaction';

test('JSON is shown on many lines, anything else as it came', () => {
  expect(prettyBody('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(prettyBody('{"a":')).toBe('{"a":');
  expect(prettyBody('<html>')).toBe('<html>');
});

test('what was taken out and the id of the cart are marked, and no letter is lost', () => {
  const text = '"email": "***", "url": "/carts/{cartId}/x"';
  const pieces = piecesOf(text);
  expect(pieces.filter(({ kind }) => kind !== 'plain')).toEqual([
    { text: '***', kind: 'masked' },
    { text: '{cartId}', kind: 'cart' },
  ]);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
});

test('markup in a body stays text', () => {
  expect(piecesOf('<b>***</b>').map(({ text }) => text)).toEqual(['<b>', '***', '</b>']);
});

test('headers are lines', () => {
  expect(headerLines({ accept: '*/*', authorization: '***' })).toBe('accept: */*\nauthorization: ***');
  expect(headerLines(undefined)).toBe('');
});
