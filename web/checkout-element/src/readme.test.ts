import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KustomCheckoutElement } from './element.js';
import { STYLES } from './view/styles.js';
import { TREE } from './view/view.js';

const README = readFileSync('README.md', 'utf8');

function everyMatch(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ''))];
}

function everyName(): string[] {
  const element = readFileSync('src/element.ts', 'utf8');
  return [
    ...KustomCheckoutElement.observedAttributes,
    ...everyMatch(element, /'(kustom-[a-z]+)': CustomEvent/g),
    ...everyMatch(TREE, /part=([a-z-]+)/g),
    ...everyMatch(STYLES, /var\((--kustom-[a-z-]+)/g),
  ];
}

test('the README names every attribute, event, part and custom property', () => {
  expect(everyName().length).toBe(6 + 5 + 12 + 7);
  expect(everyName().filter((name) => !README.includes(`\`${name}\``))).toEqual([]);
});

test('the manifest for editors names the same, and what has a default has that one', () => {
  const manifest = JSON.parse(readFileSync('custom-elements.json', 'utf8'));
  const [element] = manifest.modules[0].declarations;
  const listed = (kind: string) => (element[kind] as { name: string }[]).map(({ name }) => name);
  const names = [
    ...listed('attributes'),
    ...listed('events'),
    ...listed('cssParts'),
    ...listed('cssProperties'),
  ];
  expect(names.toSorted()).toEqual([...everyName(), 'nonce', 'phase'].toSorted());
  for (const member of listed('members')) expect(member in KustomCheckoutElement.prototype).toBe(true);
  for (const { name, default: value } of element.cssProperties) {
    expect(README).toMatch(new RegExp(`\`${name}\`.*\`${value.replaceAll('.', '\\.')}\` \\|`));
  }
});
