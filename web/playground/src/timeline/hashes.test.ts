import { expect, test } from 'vitest';
import { hashesOf, shortHash } from './hashes';
import { told } from './testing';

const hash = (pendingHash: string | undefined, syncHash: string | undefined) => ({
  kind: 'hash' as const,
  detail: { ...(pendingHash && { pendingHash }), ...(syncHash && { syncHash }) },
});

test('without a word of them nothing is known', () => {
  expect(hashesOf(told({}))).toEqual({ isEqual: true, isKnown: false });
});

test('after an opening nothing is pending, which is equal', () => {
  expect(hashesOf(told(hash(undefined, 'a')))).toMatchObject({ sync: 'a', isEqual: true, isKnown: true });
});

test('a change makes them differ, and the confirmation equal again', () => {
  const entries = told(hash(undefined, 'a'), hash('b', 'a'), hash('b', 'b'));
  const shown = [1, 2, 3].map((count) => hashesOf(entries.slice(0, count)).isEqual);
  expect(shown).toEqual([true, false, true]);
});

test('hashes are short enough to be compared with the eye', () => {
  expect(shortHash('0123456789abcdef')).toBe('01234567');
  expect(shortHash(undefined)).toBe('–');
});
