import { expect, test } from 'vitest';
import { readEntry } from './entry';

const good = {
  sequence: 3,
  at: '2026-11-26T18:40:00.123Z',
  from: 'browser',
  to: 'kassa',
  kind: 'request',
  exchange: 2,
  title: 'GET /x',
  detail: { method: 'GET' },
};

test('an entry of the contract is read as it stands', () => {
  const entry = readEntry(good);
  expect(entry).toMatchObject({ ...good, key: 'server-3', atMs: Date.parse(good.at) });
});

test.each([
  ['nothing', undefined],
  ['a text', 'x'],
  ['a list', []],
  ['no number', { ...good, sequence: '3' }],
  ['no time', { ...good, at: 'yesterday' }],
  ['another lane', { ...good, to: 'bank' }],
  ['another kind', { ...good, kind: 'wish' }],
  ['no title', { ...good, title: undefined }],
])('%s is no entry', (_, value) => {
  expect(readEntry(value)).toBeUndefined();
});

test('an entry without details has empty ones', () => {
  expect(readEntry({ ...good, detail: null })?.detail).toEqual({});
});
