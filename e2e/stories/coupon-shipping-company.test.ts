/** What changes the price or the buyer inside an open checkout: a coupon, the way to ship, an organisation. */
import { expect, test } from 'vitest';
import { cartClient, cartIn, isInSync, kustomOrderId, untilCart } from '../harness/carts';
import { expectHeardOf } from '../harness/emulator';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory();

/** What the buyer agreed to, in minor units: on the page, at Kustom and in the cart. */
async function amounts(cartId: string) {
  const cart = cartIn(await cartClient(story.kassa.url).getCart(cartId));
  const order = await story.emulator.order(kustomOrderId(cart));
  const toPay = cart.taxIncluded ? cart.orderTotal : cart.orderTotal + cart.orderTaxTotal;
  return { cart, order, cartTotal: Math.round(toPay * 100), kustomTotal: order.order_amount };
}

async function enterShop(profile: string, productNumber: string): Promise<string> {
  const { page, kassa } = story;
  await shopper.openShop(page, kassa.url);
  await page.getByTestId('profile-select').selectOption(profile);
  await shopper.addToCart(page, productNumber);
  return shopper.goToCheckout(page);
}

test('a coupon that is entered during the checkout is paid for', async () => {
  const { page, kassa, emulator } = story;
  const cartId = await enterShop('se-webshop', 'SH005-BLK-10');
  await shopper.fillInTestPerson(page);
  const before = (await amounts(cartId)).kustomTotal;
  const client = cartClient(kassa.url);
  const reduced = cartIn(await client.addCoupon(cartId, 'summer2026'));
  expect(reduced).toMatchObject({ coupons: ['SUMMER2026'], productTotal: 1169.1 });
  await untilCart(kassa.url, cartId, isInSync);
  await shopper.untilSyncState(page, 'open');
  const { cartTotal, kustomTotal } = await amounts(cartId);
  expect([kustomTotal, kustomTotal < before]).toEqual([cartTotal, true]);

  await shopper.pay(page);
  const orderNumber = await shopper.orderNumberOn(page);
  expect(await shopper.totalOn(page)).toBe(cartTotal);
  await expectHeardOf(emulator, (await amounts(cartId)).order.order_id, orderNumber);
  expect(story.pageErrors).toEqual([]);
});

test('the way to ship that is chosen in the iframe is what is paid for and delivered', async () => {
  const { page, emulator } = story;
  const cartId = await enterShop('no-webshop', 'BOOK-001');
  const frame = shopper.kustom(page);
  // Whoever chooses nothing gets the cheapest.
  await frame.locator('input[name=shipping_option][value=standard]:checked').waitFor();
  await shopper.fillInTestPerson(page);
  await frame.locator('input[name=shipping_option][value=express]').check();
  await expect.poll(async () => (await amounts(cartId)).kustomTotal).toBe(25_900 + 11_900);
  await expect.poll(() => shopper.totalOn(page)).toBe(37_800);
  if (process.env.SHOW) await page.screenshot({ path: `${process.env.SHOW}/shipping.png`, fullPage: true });

  await shopper.pay(page);
  const orderNumber = await shopper.orderNumberOn(page);
  const { cart, order, cartTotal } = await amounts(cartId);
  expect(cart).toMatchObject({ cartState: 'completed', shippingTotal: 119, orderNumber });
  expect([cartTotal, order.order_amount]).toEqual([37_800, 37_800]);
  await expectHeardOf(emulator, order.order_id, orderNumber);
  expect(story.pageErrors).toEqual([]);
});

test('an organisation buys under its name and number', async () => {
  const { page } = story;
  const cartId = await enterShop('se-b2b', 'SH006-WHT-09');
  const frame = shopper.kustom(page);
  await frame.locator('input[name=customer_type][value=organization]:checked').waitFor();
  await shopper.fillInTestPerson(page);
  await frame.locator('input[name=organization_name]').fill('Ek & Öberg AB');
  await frame.locator('input[name=organization_registration_id]').fill('556677-8899');
  await frame.locator('input[name=vat_id]').fill('SE556677889901');
  if (process.env.SHOW) await page.screenshot({ path: `${process.env.SHOW}/company.png`, fullPage: true });
  await shopper.pay(page);

  await shopper.orderNumberOn(page);
  const { cart, order, cartTotal } = await amounts(cartId);
  expect(order.order_amount).toBe(cartTotal);
  expect(order.management?.customer).toMatchObject({
    organization_registration_id: '556677-8899',
    vat_id: 'SE556677889901',
  });
  expect(order.management?.billing_address).toMatchObject({ organization_name: 'Ek & Öberg AB' });
  expect(cart.cartState).toBe('completed');
  expect(story.pageErrors).toEqual([]);
});
