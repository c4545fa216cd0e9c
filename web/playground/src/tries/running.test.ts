import { expect, test } from 'vitest';
import { keepRunning, readRunning, runningIn } from './running';

test('what is kept is read again', () => {
  const running = { id: 'lost-kustom', cartId: 'c', fault: { number: 3, untilMs: 5 } } as const;
  keepRunning(running);
  expect(readRunning()).toEqual(running);
  keepRunning(undefined);
  expect(readRunning()).toBeUndefined();
});

test.each([
  ['nothing', null],
  ['another try', { id: 'fly', cartId: 'c' }],
  ['no cart', { id: 'pending' }],
])('%s is no try', (_, value) => {
  expect(runningIn(value)).toBeUndefined();
});

test('half a fault is none', () => {
  expect(runningIn({ id: 'pending', cartId: 'c', fault: { number: 1 } })).toEqual({
    id: 'pending',
    cartId: 'c',
  });
});
