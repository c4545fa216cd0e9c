/** The back button, in a browser that keeps pages as they were left. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cartClient, cartIn } from '../harness/carts';
import * as shop from '../harness/element-shop';
import { useStory } from '../harness/story';

/** Whether a page is kept is the browser's choice, and a busy machine makes it choose otherwise now and then. */
const ATTEMPTS = 10;

const story = useStory({}, { keepsPages: true });
let plain: shop.ElementShop;

beforeAll(async () => {
  plain = await shop.serveElementShop(story.kassa.url, story.kassa.emulatorUrl);
});
afterAll(() => plain?.stop());

test('a page that comes back from the back-forward cache follows the cart again', async () => {
  const { page, kassa } = story;
  const cartId = await shop.fillCart(kassa.url);
  await page.goto(`${plain.url}/checkout?cart=${cartId}`);
  let isKept = false;
  for (let attempt = 0; attempt < ATTEMPTS && !isKept; attempt++) {
    await shop.untilPhase(page, 'open');
    isKept = await comesBackKept(page, async () => addOne(kassa.url, cartId, 'BOOK-001'));
  }
  expect(isKept).toBe(true);
  await expect.poll(() => page.locator('#total').textContent()).toBe(await totalOf(kassa.url, cartId));
  await addOne(kassa.url, cartId, 'FOOD-001');
  await expect.poll(() => page.locator('#total').textContent()).toBe(await totalOf(kassa.url, cartId));
  await expect.poll(async () => (await shop.seenOn(page)).states.at(-1)).toBe('open');
});

/** Leaves the page and goes back to it. Says whether the browser had kept it, and did not load it anew. */
async function comesBackKept(page: Page, meanwhile: () => Promise<void>): Promise<boolean> {
  // A page whose frames still load is not kept.
  await page.frameLocator('#klarna-checkout-iframe').getByTestId('kco-buy').waitFor();
  await Promise.all(page.frames().map((frame) => frame.waitForLoadState()));
  await page.evaluate(() => {
    addEventListener('pageshow', (event) => Object.assign(window, { wasKept: event.persisted }));
  });
  await page.evaluate(() => Object.assign(location, { href: '/terms' }));
  await page.waitForURL((url) => url.pathname === '/terms');
  await meanwhile();
  await page.evaluate(() => history.back());
  // A page that was kept loads nothing, so there is no event of it to wait for.
  await page.waitForURL((url) => url.pathname === '/checkout', { waitUntil: 'commit' });
  const arrival = await page.waitForFunction(() => {
    if ('wasKept' in window) return 'kept';
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    return navigation?.type === 'back_forward' && 'loaded';
  });
  return (await arrival.jsonValue()) === 'kept';
}

async function addOne(url: string, cartId: string, productNumber: string): Promise<void> {
  cartIn(await cartClient(url).addItem(cartId, { productNumber, quantity: 1 }));
}

async function totalOf(url: string, cartId: string): Promise<string> {
  return String(cartIn(await cartClient(url).getCart(cartId)).orderTotal);
}
