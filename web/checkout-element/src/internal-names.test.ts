/** What the one file shortens must be nobody else's name: a page would find nothing, a browser ignore what it is told. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { INTERNAL } from '../internal-names.js';

/** Whatever a page, the server, Kustom or another tab reads or writes. */
const OUTSIDE: Record<string, string[]> = {
  'cart.ts': ['CartItem', 'Address', 'InvoiceRecipient', 'Cart'],
  'element.ts': ['KustomStateDetail', 'KustomCartDetail'],
  'machine/state.ts': ['CartNews', 'CheckoutState', 'Problem'],
  'payment.ts': ['OpenAnswer', 'ConfirmAnswer', 'CheckoutUrls'],
  'snippet.ts': ['KustomApi', 'Window'],
  'stream/shared.ts': ['Message'],
  'types.ts': ['ShippingOption', 'CheckoutError'],
  'attributes.ts': ['KustomAttributes', 'KustomProperties'],
};
/** Ours although others have it: never in an answer as it came, and of a part of the browser that nobody here uses. */
const OURS = ['refusal', 'urls'];

function sources(): string[] {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts') && !/test|testing/.test(file));
}

const read = (file: string) => readFileSync(`src/${file}`, 'utf8');

function shortened(): string[] {
  const words = sources().flatMap((file) => read(file).match(/[\w$]+/g) ?? []);
  return [...new Set(words)].filter((word) => INTERNAL.test(word));
}

/** Every member of the browser's own interfaces and dictionaries, as TypeScript knows them. */
function namesOfTheBrowser(): Set<string> {
  const modules = '../../node_modules/@typescript';
  const compiler = readdirSync(modules).find((name) => name.startsWith('typescript-'));
  const text = readFileSync(`${modules}/${compiler}/lib/lib.dom.d.ts`, 'utf8');
  return new Set(
    [...text.matchAll(/^\s+(?:readonly |get |set )?(\w+)\??[:(<]/gm)].map(([, name]) => `${name}`),
  );
}

function membersOf(file: string, type: string): string[] {
  const text = read(file);
  const begin = text.search(new RegExp(`(type|class|interface) ${type}\\b`));
  expect(begin, `${type} in ${file}`).toBeGreaterThan(-1);
  const block = text.slice(begin, text.indexOf('\n\n', begin) + 1 || undefined);
  return [...block.matchAll(/([\w]+)\??:/g)].map(([, name]) => `${name}`);
}

test('the names that are shortened are none of the browser’s', () => {
  const browsers = namesOfTheBrowser();
  expect([browsers.has('steal'), browsers.has('signal')]).toEqual([true, true]);
  expect(shortened().filter((name) => browsers.has(name) && !OURS.includes(name))).toEqual([]);
});

test('nor such as others read or write', () => {
  const outside = Object.entries(OUTSIDE).flatMap(([file, types]) =>
    types.flatMap((type) => membersOf(file, type)),
  );
  for (const name of ['cartId', 'isOverdue', 'wayOut', 'htmlSnippet', 'autoResume', 'isDoubtful', 'code'])
    expect(outside).toContain(name);
  expect(outside.filter((name) => INTERNAL.test(name) && !OURS.includes(name))).toEqual([]);
});

test('and those that were thought of are in use', () => {
  for (const name of ['onCart', 'isCertain', 'effects', 'renew']) expect(shortened()).toContain(name);
});
