import { expect, test } from 'vitest';
import { cartClient, cartIn, kustomOrderId } from '../harness/carts';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory();

test('a checkout that Kustom has forgotten says so, and a reload sells the cart as it is now', async () => {
  const { page, kassa, emulator } = story;
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, 'BOOK-001');
  const cartId = await shopper.goToCheckout(page);
  await shopper.kustom(page).getByTestId('kco-total').waitFor();
  const client = cartClient(kassa.url);
  const forgotten = kustomOrderId(cartIn(await client.getCart(cartId)));

  await emulator.expire(forgotten);
  await page.getByTestId('increase-BOOK-001').click();

  const problem = page.locator('kustom-checkout').getByRole('alert');
  await problem.filter({ hasText: 'The checkout has expired. Your cart is safe.' }).waitFor();
  await shopper.untilSyncState(page, 'failed');
  expect(await page.locator('#klarna-checkout-iframe').isVisible()).toBe(false);

  await page.locator('kustom-checkout').getByRole('button', { name: 'Try again' }).click();
  await shopper.untilSyncState(page, 'open');
  expect(await problem.isVisible()).toBe(false);
  expect(await page.getByTestId('quantity-BOOK-001').inputValue()).toBe('2');
  await shopper.fillInTestPerson(page);
  await shopper.pay(page);

  expect(await shopper.orderNumberOn(page)).not.toBe('');
  const bought = kustomOrderId(cartIn(await client.getCart(cartId)));
  expect(bought).not.toBe(forgotten);
  expect(await emulator.order(bought)).toMatchObject({
    state: 'complete',
    order_amount: await shopper.totalOn(page),
  });
  expect(story.pageErrors).toEqual([]);
});
