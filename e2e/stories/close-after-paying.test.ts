import { expect, test } from 'vitest';
import { isCompleted, kustomOrderId, untilCart } from '../harness/carts';
import { countAcknowledges, expectHeardOf } from '../harness/emulator';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory();

test('a browser closed right after paying still leaves exactly one order', async () => {
  const { page, context, kassa, emulator } = story;
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, 'BOOK-001');
  const cartId = await shopper.goToCheckout(page);
  await shopper.fillInTestPerson(page);

  // The purchase is paid when the browser sets off to the confirmation, and this one never gets there.
  const isOnTheWay = new Promise<void>((resolve) => {
    void context.route(
      (url) => url.pathname === '/confirmation' || url.pathname.endsWith('/payment/kustom/confirm'),
      async (route) => {
        await route.abort();
        resolve();
      },
    );
  });
  await shopper.pay(page);
  await isOnTheWay;
  await context.close();

  await emulator.advanceClock(130);

  const cart = await untilCart(kassa.url, cartId, isCompleted);
  expect(cart.orderNumber).not.toBe('');
  const orderId = kustomOrderId(cart);
  await expectHeardOf(emulator, orderId, cart.orderNumber);
  expect(await countAcknowledges(emulator, orderId)).toBe(1);
  const bought = (await emulator.orders()).filter(({ state }) => state === 'complete');
  expect(bought.map(({ order_id }) => order_id)).toEqual([orderId]);
});
