import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KustomCheckoutElement } from './element.js';
import { STYLES } from './view/styles.js';
import { TREE } from './view/view.js';

const README = readFileSync('README.md', 'utf8');

function everyMatch(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ''))];
}

test('the README names every attribute, event, part and custom property', () => {
  const element = readFileSync('src/element.ts', 'utf8');
  const names = [
    ...KustomCheckoutElement.observedAttributes,
    ...everyMatch(element, /'(kustom-[a-z]+)': CustomEvent/g),
    ...everyMatch(TREE, /part=([a-z-]+)/g),
    ...everyMatch(STYLES, /var\((--kustom-[a-z-]+)/g),
  ];
  expect(names.length).toBe(6 + 5 + 11 + 7);
  expect(names.filter((name) => !README.includes(`\`${name}\``))).toEqual([]);
});
