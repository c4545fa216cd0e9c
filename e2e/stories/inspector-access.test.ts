/** Everybody can use the inspector: axe looks at every view of it, in light and dark, wide and on a phone. */
import axe from 'axe-core';
import { expect, test } from 'vitest';
import {
  asMerchant,
  createOrder,
  exampleOrder,
  lastCallback,
  openInspector,
  steer,
} from '../harness/inspector';
import { useStory } from '../harness/story';

const story = useStory();

async function findings(): Promise<string[]> {
  await story.page.evaluate(axe.source);
  return story.page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });
}

test.each([
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'light', width: 390 },
  { colorScheme: 'dark', width: 390 },
] as const)('axe finds nothing in $colorScheme at $width pixels', async ({ colorScheme, width }) => {
  const { page, kassa, emulator } = story;
  const url = kassa.emulatorUrl;
  await steer(url, 'POST', 'reset');
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.setViewportSize({ width, height: 844 });
  await openInspector(page, url);
  await page.getByRole('heading', { name: 'No orders yet' }).waitFor();
  expect(await findings(), 'first steps').toEqual([]);

  const [bought, pending, expired] = [await createOrder(url), await createOrder(url), await createOrder(url)];
  await emulator.pay(bought, 'approved');
  await emulator.pay(pending, 'pending');
  await emulator.expire(expired);
  await createOrder(url);
  await asMerchant(url, 'POST', '/checkout/v3/orders', { ...exampleOrder(), order_amount: 1 });
  await steer(url, 'POST', `orders/${bought}/push`, {});
  await emulator.addFault({ method: 'GET', path: '*', effect: 'not_found' });
  await asMerchant(url, 'GET', '/checkout/v3/orders/x');
  for (const view of [
    'orders',
    `orders/${pending}`,
    `orders/${expired}`,
    'requests',
    'requests/5',
    'requests/6',
    'callbacks',
    `callbacks/${await lastCallback(url)}`,
    'faults',
  ]) {
    await page.goto('about:blank');
    await openInspector(page, `${url}/#${view}`);
    const shown = view.includes('/') ? '#detail h2' : '#list a.row, #list .rule';
    await page.locator(shown).first().waitFor();
    expect(await findings(), view).toEqual([]);
  }
});
