/** Nothing jumps: from the shop over the checkout, whose iframe grows, to the order. And a lost server is told of. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory();

/** A tenth of what the web calls good. */
const MOST_SHIFT = 0.02;

type Seen = { shift: number; paint: number; moved: string[] };

/** Sums up the shifts of each page that no press has caused, and when its largest part was painted. */
async function watch(page: Page): Promise<() => Promise<Seen>> {
  await page.addInitScript(() => {
    const seen = { shift: 0, paint: 0, moved: [] as string[] };
    Object.assign(window, { seen });
    type Shift = PerformanceEntry & { value: number; hadRecentInput: boolean; sources: { node?: Element }[] };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as Shift[]) {
        if (entry.hadRecentInput) continue;
        seen.shift += entry.value;
        for (const { node } of entry.sources)
          seen.moved.push(node?.outerHTML?.slice(0, 80) ?? String(node?.nodeName));
      }
    }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => {
      seen.paint = list.getEntries().at(-1)?.startTime ?? 0;
    }).observe({ type: 'largest-contentful-paint', buffered: true });
  });
  return () => page.evaluate(() => (window as unknown as { seen: Seen }).seen);
}

async function expectSteady(name: string, seen: Seen): Promise<void> {
  if (process.env.SHOW)
    process.stdout.write(`${name}: shift ${seen.shift.toFixed(4)}, paint ${seen.paint} ms\n`);
  expect(seen.shift, `${name}: ${seen.moved.join('\n')}`).toBeLessThan(MOST_SHIFT);
}

test.each([
  { name: 'desktop', width: 1280, height: 800 },
  { name: 'wide', width: 1920, height: 1080 },
  { name: 'phone', width: 390, height: 844 },
])('nothing jumps on a $name', async ({ name, width, height }) => {
  const { page, kassa } = story;
  await page.setViewportSize({ width, height });
  const seen = await watch(page);
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, 'SH005-BLK-10');
  await expectSteady(`${name} shop`, await seen());

  await shopper.goToCheckout(page);
  await shopper.kustom(page).getByTestId('kco-total').waitFor();
  await shopper.fillInTestPerson(page);
  await shopper.unfoldSummary(page);
  await page.getByTestId('increase-SH005-BLK-10').click();
  await page.locator('[data-testid="cart-item-SH005-BLK-10"]:not([data-pending])').waitFor();
  await shopper.untilSyncState(page, 'open');
  await expectSteady(`${name} checkout`, await seen());

  await shopper.pay(page);
  await shopper.orderNumberOn(page);
  await page.getByTestId('order-deliveries').waitFor();
  await expectSteady(`${name} confirmation`, await seen());
});

test('a shop without its server says so, tries again, and sells when it is back', async () => {
  const { page, context, kassa } = story;
  const isApi = (url: URL) => url.pathname.startsWith('/ingress');
  await context.route(isApi, (route) => route.abort());
  await page.goto(kassa.url);
  await page.getByTestId('connection-banner').getByText('The shop does not answer').waitFor();
  await page.getByTestId('add-BOOK-001').click();
  await page.getByTestId('problem-book').getByText('The shop does not answer').waitFor();
  await page.goto(`${kassa.url}/checkout?cart=5b2c1f0e-0c55-4a57-9d0a-6f3a4c1d2e90`);
  await page.getByRole('heading', { name: 'The shop does not answer' }).waitFor();

  await page.goto(kassa.url);
  await page.getByTestId('connection-banner').getByText('The shop does not answer').waitFor();
  await context.unroute(isApi);
  await page.getByTestId('connection-banner').waitFor({ state: 'hidden' });
  await shopper.addToCart(page, 'BOOK-001');
});
