import { expect, test } from 'vitest';
import { pageEntry } from './entry';
import { emptyLog, withEntries } from './log';
import { told } from './testing';

const seen = (atMs: number) =>
  pageEntry(atMs, atMs, { from: 'browser', to: 'browser', kind: 'state', title: 'open', detail: {} });

test('the same entry told twice is one', () => {
  const entries = told({}, {});
  const log = withEntries(withEntries(emptyLog, entries), entries);
  expect(log.entries).toHaveLength(2);
});

test('what the page has seen goes where its time is', () => {
  const [first, second] = told({}, {});
  if (!first || !second) throw new Error('two were made');
  const between = seen(first.atMs + 1);
  const log = withEntries(emptyLog, [first, second, between]);
  expect(log.entries).toEqual([first, between, second]);
});

test('the order of the server holds even when its clock was set back', () => {
  const entries = told({}, {}, { at: '2026-11-26T18:39:00.000Z' });
  expect(withEntries(emptyLog, entries).entries).toEqual(entries);
});

test('what is late is put in its place', () => {
  const [first, second, third] = told({}, {}, {});
  if (!first || !second || !third) throw new Error('three were made');
  const log = withEntries(emptyLog, [third, first, second]);
  expect(log.entries).toEqual([first, second, third]);
});

test('only the newest are kept, and what was let go does not come back', () => {
  const entries = told({}, {}, {}, {}, {});
  const log = withEntries(emptyLog, entries, 3);
  expect(log.entries.map(({ sequence }) => sequence)).toEqual([3, 4, 5]);
  expect(log.dropped).toBe(2);
  expect(withEntries(log, entries, 3)).toBe(log);
});
