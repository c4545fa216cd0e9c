import { describe, expect, test } from 'vitest';
import { callback, kustomExchange, shopExchange, type Told, told } from '../timeline/testing';
import { TRIES, type Try } from './list';
import { progressOf } from './progress';

const opened = shopExchange(1, 'POST', '/payment/kustom');
const changed = shopExchange(2, 'POST', '/set-quantity');
const synced = kustomExchange(3, 'POST', '/checkout/v3/orders/k-1');
const allowed = callback(4, '/validate?token=***&checkout=k-1');
const pushed = callback(5, '/webhook/push?token=***');
const decidedCall = callback(6, '/webhook/push?token=***&event=***');
const acknowledged = kustomExchange(7, 'POST', '/ordermanagement/v1/orders/k-1/acknowledge', 204);
const hashes = (pendingHash: string, syncHash: string): Told => ({
  kind: 'hash',
  detail: { pendingHash, syncHash },
});
const placed: Told = { kind: 'state', title: 'order placed', detail: { what: 'order', to: 'placed' } };
const atKustom = (to: string): Told => ({ from: 'kustom', to: 'kustom', detail: { what: 'kustom', to } });
const declined: Told = {
  from: 'kustom',
  to: 'browser',
  kind: 'event',
  detail: { event: 'can_not_complete_order' },
};

/** How each of them goes when all is well. */
const WELL: Record<Try['id'], Told[]> = {
  quantity: [...opened, ...changed, hashes('b', 'a'), ...synced, hashes('b', 'b'), ...allowed, placed],
  'two-tabs': [...opened, ...opened, ...allowed, placed, ...acknowledged],
  'closed-page': [...opened, ...allowed, ...pushed, placed, ...acknowledged],
  'lost-kustom': [
    ...opened,
    atKustom('lost'),
    ...changed,
    hashes('b', 'a'),
    ...kustomExchange(3, 'POST', '/checkout/v3/orders/k-1', 429),
    atKustom('back'),
    ...kustomExchange(8, 'POST', '/checkout/v3/orders/k-1'),
    hashes('b', 'b'),
    placed,
  ],
  declined: [...opened, ...allowed, declined],
  pending: [...opened, ...allowed, placed, atKustom('decided'), ...decidedCall],
};

describe.each(TRIES)('$title', (one) => {
  const all = told(...WELL[one.id]);

  test('ticks off every step and ends with its verdict', () => {
    expect(progressOf(one, all)).toEqual({
      done: one.steps.length,
      verdict: { isGood: true, text: one.verdict },
    });
  });

  test('never goes back, and has no verdict before its end', () => {
    let before = 0;
    for (let count = 0; count < all.length; count += 1) {
      const { done, verdict } = progressOf(one, all.slice(0, count));
      expect(done).toBeGreaterThanOrEqual(before);
      expect(verdict).toBeUndefined();
      before = done;
    }
  });

  test('says so when there are too many orders', () => {
    const { verdict } = progressOf(one, told(...WELL[one.id], placed, placed));
    expect(verdict?.isGood).toBe(false);
    expect(verdict?.text).toContain('broken');
  });

  test('says why it is hard', () => {
    for (const text of [one.todo, one.expected, one.hard]) expect(text.length).toBeGreaterThan(20);
  });
});

const named = (id: Try['id']) => TRIES.find((one) => one.id === id) as Try;

test('a notification about a verdict is not taken for the push of a purchase', () => {
  const { done } = progressOf(named('closed-page'), told(...opened, ...allowed, ...decidedCall));
  expect(done).toBe(2);
});

test('a failed opening opens nothing', () => {
  const failed = shopExchange(1, 'POST', '/payment/kustom', 502);
  expect(progressOf(named('declined'), told(...failed)).done).toBe(0);
});

test('a change before Kustom is lost is not the one that has to survive it', () => {
  const early = told(...opened, ...changed, atKustom('lost'), hashes('b', 'b'));
  expect(progressOf(named('lost-kustom'), early).done).toBe(2);
});

test('what follows from a change counts when it is told before the change is answered', () => {
  const [request, answer] = changed as [Told, Told];
  const early = told(...opened, request, hashes('b', 'a'), answer, ...synced, hashes('b', 'b'));
  expect(progressOf(named('quantity'), early).done).toBe(5);
});

test('an order that was placed and later changes its state is still one', () => {
  const later: Told = { kind: 'state', detail: { what: 'order', to: 'changed' } };
  const { verdict } = progressOf(named('quantity'), told(...WELL.quantity, later));
  expect(verdict?.isGood).toBe(true);
});
