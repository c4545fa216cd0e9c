import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OtherOrigin, serveOtherOrigin } from '../harness/other-origin';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory();
let shop: OtherOrigin;

beforeAll(async () => {
  shop = await serveOtherOrigin();
});
afterAll(() => shop?.stop());

test('a page on another origin sells with the published client and the documented code', async () => {
  const { page, kassa } = story;
  await page.goto(`${shop.url}/checkout?api=${encodeURIComponent(kassa.url)}`);
  await page.locator('#status[data-stream="init"]').waitFor({ state: 'attached' });
  await shopper.fillInTestPerson(page);

  const total = shopper.kustom(page).getByTestId('kco-total');
  await total.waitFor();
  const before = (await total.textContent()) ?? '';
  await page.getByRole('button', { name: 'One more' }).click();
  await shopper.kustom(page).locator('[data-testid="kco-total"]', { hasNotText: before }).waitFor();

  await shopper.pay(page);
  await page.waitForURL((url) => url.origin === shop.url && url.pathname === '/confirmation');
  await page.locator('#order').filter({ hasText: /\S/ }).waitFor();
  expect(story.pageErrors).toEqual([]);
});
