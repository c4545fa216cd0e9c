/** After the purchase: the order is found again, cancelled, and shown for what it is. */
import { expect, test } from 'vitest';
import { cartClient, cartIn } from '../harness/carts';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory();

async function buy(productNumber: string): Promise<{ cartId: string; number: string; email: string }> {
  const { page, kassa } = story;
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, productNumber);
  const cartId = await shopper.goToCheckout(page);
  await shopper.fillInTestPerson(page);
  await shopper.pay(page);
  const number = await shopper.orderNumberOn(page);
  return { cartId, number, email: (await page.getByTestId('order-email').textContent()) ?? '' };
}

async function lookUp(page: typeof story.page, number: string, email: string): Promise<void> {
  await page.goto(`${story.kassa.url}/orders`);
  await page.getByTestId('look-up-reference').fill(number);
  await page.getByTestId('look-up-email').fill(email);
  await page.getByTestId('look-up').click();
}

async function orderState(cartId: string): Promise<unknown> {
  const cart = cartIn(await cartClient(story.kassa.url).getCart(cartId));
  return (cart as { orderState?: string }).orderState;
}

test('the confirmation shows the whole order and cancels it after a question', async () => {
  const { page } = story;
  const { cartId } = await buy('BOOK-001');
  await page.getByTestId('order-line-BOOK-001').waitFor();
  await page.getByTestId('order-deliveries').getByText('The Long Receipt').waitFor();
  await page.getByTestId('order-address').getByText('Sweden').waitFor();
  await page.getByTestId('order-payment').getByText('Reserved by Kustom').waitFor();

  await page.getByTestId('cancel-order').click();
  await page.getByTestId('cancel-keep').click();
  expect(await orderState(cartId)).toBe('confirmed');
  await page.getByTestId('cancel-order').click();
  await page.getByTestId('cancel-confirm').click();
  await page.getByRole('heading', { name: 'The order is cancelled' }).waitFor();
  expect(await page.getByTestId('cancel-order').count()).toBe(0);
  expect(await orderState(cartId)).toBe('cancelled');
  expect(story.pageErrors).toEqual([]);
});

test('an order is found by number and e-mail, and cancelled where it was bought', async () => {
  const { page } = story;
  const { cartId, number, email } = await buy('FOOD-001');
  await lookUp(page, number, 'somebody@else.example');
  await page.getByTestId('look-up-problem').getByText('No order has this number').waitFor();
  expect(await page.locator(':focus').getAttribute('id')).toBe('reference');
  await lookUp(page, number, email);
  expect(await shopper.orderNumberOn(page)).toBe(number);
  await page.getByTestId('order-deliveries').waitFor();
  await page.getByTestId('cancel-order').click();
  await page.getByTestId('cancel-confirm').click();
  await page.getByRole('heading', { name: 'The order is cancelled' }).waitFor();
  expect(await orderState(cartId)).toBe('cancelled');
});

test('in a browser that did not buy it, the order is shown and not cancelled', async () => {
  const { context } = story;
  const { number, email } = await buy('GIFT-100');
  const other = await context.browser()?.newContext({ locale: 'en-GB' });
  if (!other) throw new Error('the browser is gone');
  const page = await other.newPage();
  await lookUp(page, number, email);
  expect(await shopper.orderNumberOn(page)).toBe(number);
  await page.getByText('To cancel it, use the browser in which you bought it.').waitFor();
  expect(await page.getByTestId('cancel-order').count()).toBe(0);
  await other.close();
});

test('an empty field of the look-up is named, and nobody is asked', async () => {
  const { page, kassa } = story;
  await page.goto(`${kassa.url}/orders`);
  await page.getByTestId('look-up-reference').fill('100001');
  await page.getByTestId('look-up').click();
  await page.getByText('Please fill this in.').waitFor();
  expect(await page.locator(':focus').getAttribute('id')).toBe('email');
});

test('the footer leads to the emulator, wherever it is', async () => {
  const { page, kassa } = story;
  await page.goto(`${kassa.url}/terms`);
  await expect.poll(() => page.getByTestId('inspector-link').getAttribute('href')).toBe(kassa.emulatorUrl);
});
