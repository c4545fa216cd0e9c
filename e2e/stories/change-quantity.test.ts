import { expect, test } from 'vitest';
import { cartClient, cartIn, kustomOrderId } from '../harness/carts';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory();

test('a quantity changed beside the open iframe suspends it, updates it, and is what is paid', async () => {
  const { page, kassa, emulator } = story;
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, 'SH006-WHT-09');
  const cartId = await shopper.goToCheckout(page);
  await shopper.fillInTestPerson(page);
  const total = shopper.kustom(page).getByTestId('kco-total');
  await total.waitFor();
  const before = (await total.textContent()) ?? '';
  const seenStates = await shopper.recordSyncStates(page);

  await page.getByTestId('increase-SH006-WHT-09').click();

  await page.locator('[data-testid="cart-item-SH006-WHT-09"]:not([data-pending])').waitFor();
  await shopper.untilSyncState(page, 'open');
  await shopper.kustom(page).locator('[data-testid="kco-total"]', { hasNotText: before }).waitFor();
  expect(await seenStates()).toEqual(['open', 'suspended', 'open']);
  const after = await total.textContent();

  await shopper.pay(page);
  expect(await shopper.orderNumberOn(page)).not.toBe('');
  const paid = await shopper.totalOn(page);
  expect(digits(after)).toBe(String(paid));
  const cart = cartIn(await cartClient(kassa.url).getCart(cartId));
  expect((await emulator.order(kustomOrderId(cart))).order_amount).toBe(paid);
  expect(story.pageErrors).toEqual([]);
});

test('five quick changes end with the last quantity on both sides', async () => {
  const { page, kassa } = story;
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, 'FOOD-001');
  await shopper.goToCheckout(page);
  for (let press = 0; press < 5; press += 1) await page.getByTestId('increase-FOOD-001').click();
  await page.locator('[data-testid="cart-item-FOOD-001"]:not([data-pending])').waitFor();
  await shopper.untilSyncState(page, 'open');
  expect(await page.getByTestId('quantity-FOOD-001').inputValue()).toBe('6');
  await shopper.fillInTestPerson(page);
  await shopper.pay(page);
  await shopper.orderNumberOn(page);
  expect(await page.getByTestId('order-line-FOOD-001').textContent()).toContain('6 ×');
});

/** The iframe writes its total for people; its digits are the amount in minor units. */
function digits(text: string | null): string {
  return (text ?? '').replace(/\D/g, '');
}
