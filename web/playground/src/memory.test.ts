import { beforeEach, expect, test, vi } from 'vitest';
import { memory } from './memory';

beforeEach(() => localStorage.clear());

test('orders are remembered newest first, once each, and not for ever', () => {
  for (let number = 1; number <= 12; number += 1) memory.keepOrder({ number: String(number), cartId: 'c' });
  memory.keepOrder({ number: '5', cartId: 'again' });
  expect(memory.orders()).toHaveLength(10);
  expect(memory.orders()[0]).toEqual({ number: '5', cartId: 'again' });
});

test('what is not ours is nothing', () => {
  for (const kept of ['{', '{}', '[1,{"number":"7"}]']) {
    localStorage.setItem('kassa-playground:orders', kept);
    expect(memory.orders()).toEqual([]);
  }
});

test('a browser that refuses storage is only forgetful', () => {
  const refuse = () => {
    throw new Error('refused');
  };
  vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse });
  memory.setProfile('se-webshop');
  expect(memory.profile()).toBeUndefined();
  vi.unstubAllGlobals();
});
