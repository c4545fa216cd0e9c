import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cartClient, cartIn, kustomOrderId } from '../harness/carts';
import { expectHeardOf } from '../harness/emulator';
import { REPOSITORY } from '../harness/kassa';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory();

test('a shopper buys one thing and gets an order number', async () => {
  const { page, kassa, emulator } = story;
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, 'SH005-BLK-10');
  const cartId = await shopper.goToCheckout(page);
  await shopper.fillInTestPerson(page);
  if (process.env.UPDATE_PICTURE) await takePicture();
  await shopper.pay(page);

  const orderNumber = await shopper.orderNumberOn(page);
  expect(orderNumber).not.toBe('');
  expect(new URL(page.url()).search).toBe('');

  const cart = cartIn(await cartClient(kassa.url).getCart(cartId));
  expect(cart).toMatchObject({ cartState: 'completed', orderNumber });
  const order = await emulator.order(kustomOrderId(cart));
  await expectHeardOf(emulator, order.order_id, orderNumber);
  expect(order.order_amount).toBe(await shopper.totalOn(page));
  expect(story.pageErrors).toEqual([]);
});

test('a reloaded confirmation still shows the order', async () => {
  const { page, kassa } = story;
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, 'BOOK-001');
  await shopper.goToCheckout(page);
  await shopper.fillInTestPerson(page);
  await shopper.pay(page);
  const orderNumber = await shopper.orderNumberOn(page);
  await page.reload();
  expect(await shopper.orderNumberOn(page)).toBe(orderNumber);
});

async function takePicture(): Promise<void> {
  const folder = join(REPOSITORY, 'docs');
  await mkdir(folder, { recursive: true });
  // Wide enough for the shop and what goes on behind it.
  await story.page.setViewportSize({ width: 1600, height: 900 });
  await story.page.evaluate(() => scrollTo(0, 0));
  await story.page.screenshot({ path: join(folder, 'playground.png') });
}
