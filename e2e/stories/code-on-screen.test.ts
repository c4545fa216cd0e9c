/** The code that the playground shows is what a shop needs: here is a shop that has nothing but it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveCodePages } from '../harness/code-pages';
import * as shopper from '../harness/element-shop';
import { useStory } from '../harness/story';

const story = useStory();
let shop: Awaited<ReturnType<typeof serveCodePages>>;

beforeAll(async () => {
  shop = await serveCodePages(story.kassa.url);
});
afterAll(() => shop?.stop());

test('the code on screen sells two books, shows the order, looks it up and cancels it', async () => {
  const { page, emulator } = story;
  await page.goto(shop.url);
  await page.getByRole('button', { name: 'Buy the book' }).click();
  await page.waitForURL((url) => url.pathname === '/checkout');
  await shopper.untilPhase(page, 'open');
  const total = shopper.kustom(page).getByTestId('kco-total');
  const before = (await total.textContent()) ?? '';
  await page.getByRole('button', { name: 'One more' }).click();
  await shopper.kustom(page).locator('[data-testid="kco-total"]', { hasNotText: before }).waitFor();
  await shopper.untilPhase(page, 'open');
  await shopper.kustom(page).getByTestId('kco-test-person').click();
  const email = await shopper.kustom(page).locator('input[name="email"]').inputValue();
  await shopper.kustom(page).getByTestId('kco-buy').click();
  await page.waitForURL((url) => url.pathname === '/confirmation');
  await page.getByRole('listitem').filter({ hasText: '2 × ' }).waitFor();

  const thanks = page.getByText(/Thank you for your order \d+/);
  const [number = ''] = /\d+/.exec((await thanks.textContent()) ?? '') ?? [];
  await page.getByRole('link', { name: 'Your orders' }).click();
  await page.getByLabel('Order number').fill(number);
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('button', { name: 'Look up' }).click();
  await page
    .getByRole('status')
    .filter({ hasText: `Order ${number}` })
    .waitFor();
  await page.getByRole('button', { name: 'Cancel the order' }).click();
  await page.getByRole('status').filter({ hasText: 'is cancelled' }).waitFor();

  const [order] = await emulator.orders();
  await expect
    .poll(async () => (await emulator.order(order?.order_id ?? '')).management?.status)
    .toBe('CANCELLED');
  expect(story.pageErrors).toEqual([]);
});
