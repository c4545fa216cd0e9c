import { expect, test } from 'vitest';
import { folded, isFold } from './fold';
import { rowsOf } from './rows';
import { shopExchange, type Told, told } from './testing';

const shape = (...entries: Told[]) =>
  folded(rowsOf(told(...entries))).map((item) => (isFold(item) ? `${item.rounds} more` : item.entry.title));

const confirms = (count: number, status = 200) =>
  Array.from({ length: count }, (_, index) => shopExchange(index, 'POST', '/confirm', status)).flat();

test('three times the same stays as it is', () => {
  expect(shape(...confirms(3))).toHaveLength(6);
});

test('of many rounds the first and the last stay', () => {
  const confirm = 'POST /ingress/commerce/carts/{cartId}/confirm';
  expect(shape(...confirms(6))).toEqual([confirm, '200', '4 more', confirm, '200']);
});

test('what comes before, between and after is not folded', () => {
  const shown = shape({ title: 'a' }, ...confirms(5), { title: 'b' }, ...confirms(5, 502), { title: 'c' });
  expect(shown.filter((title) => /^[abc]$|more/.test(title))).toEqual(['a', '3 more', 'b', '3 more', 'c']);
});

test('a round begins with its request, also after another answer', () => {
  const confirm = 'POST /ingress/commerce/carts/{cartId}/confirm';
  const before = shopExchange(99, 'GET', '');
  expect(shape(...before, ...confirms(5)).slice(1, 4)).toEqual(['200', confirm, '200']);
});

test('another answer is not the same', () => {
  const [one, other] = [confirms(1, 200), confirms(1, 502)];
  expect(shape(...one, ...other, ...one, ...one)).toHaveLength(8);
});

test('versions that count on do not hide that it is the same', () => {
  const events = [1, 2, 3, 4, 5].map((version) => ({
    kind: 'event' as const,
    title: `updated, version ${version}`,
  }));
  expect(shape(...events)).toEqual(['updated, version 1', '3 more', 'updated, version 5']);
});

test('everything that is folded is there when it is unfolded', () => {
  const rows = rowsOf(told({}, ...confirms(9), {}));
  const unfolded = folded(rows).flatMap((item) => (isFold(item) ? [...item.rows] : [item]));
  expect(unfolded).toEqual(rows);
});
