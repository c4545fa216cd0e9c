import { expect, test } from 'vitest';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory();

test('a checkout that is already paid shows the order and opens no iframe', async () => {
  const { page, kassa } = story;
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, 'GIFT-100');
  const cartId = await shopper.goToCheckout(page);
  await shopper.fillInTestPerson(page);
  await shopper.pay(page);
  const orderNumber = await shopper.orderNumberOn(page);

  await page.goto(`${kassa.url}/checkout?cart=${cartId}`);
  expect(await shopper.orderNumberOn(page)).toBe(orderNumber);
  expect(await page.locator('iframe').count()).toBe(0);
});

test('the back button leads to the order, not to a second payment', async () => {
  const { page, kassa } = story;
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, 'GIFT-100');
  const cartId = await shopper.goToCheckout(page);
  await shopper.fillInTestPerson(page);
  await shopper.pay(page);
  const orderNumber = await shopper.orderNumberOn(page);

  await page.goBack();
  await page.waitForURL((url) => url.pathname === '/checkout' && url.searchParams.get('cart') === cartId);
  expect(await shopper.orderNumberOn(page)).toBe(orderNumber);
  expect(await page.locator('iframe:visible').count()).toBe(0);

  await page.getByTestId('new-cart').click();
  await shopper.openCart(page);
  await page.getByTestId('cart-empty').waitFor();
});
