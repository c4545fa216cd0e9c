import { expect, test } from 'vitest';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory();

test('the return address shows the order in a browser that has never seen the shop', async () => {
  const { page, context, kassa } = story;
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, 'FOOD-001');
  await shopper.goToCheckout(page);
  await shopper.fillInTestPerson(page);

  // A phone that pays in its bank's app comes back in another browser: same address, nothing remembered.
  const returnAddress = new Promise<string>((resolve) => {
    void context.route(
      (url) => url.pathname === '/confirmation',
      async (route) => {
        await route.abort();
        resolve(route.request().url());
      },
    );
  });
  await shopper.pay(page);
  const address = await returnAddress;
  await context.close();

  const other = await context.browser()?.newContext();
  if (!other) throw new Error('the browser is gone');
  const otherPage = await other.newPage();
  await otherPage.goto(address);
  expect(await shopper.orderNumberOn(otherPage)).not.toBe('');
  expect(await otherPage.getByTestId('order-line-FOOD-001').count()).toBe(1);
  await other.close();
});
