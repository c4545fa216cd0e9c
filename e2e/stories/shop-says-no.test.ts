import { expect, test } from 'vitest';
import { cartClient, cartIn, isInSync, kustomOrderId, untilCart } from '../harness/carts';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory();

test('a page that hears of nothing cannot sell an old total, and the iframe says why', async () => {
  const { page, context, kassa, emulator } = story;
  // No event reaches this page, so nothing suspends its iframe: as on a page that has slept, or was built without care.
  await context.route(
    (url) => url.pathname.endsWith('/events'),
    (route) => route.abort(),
  );
  await shopper.openShop(page, kassa.url);
  await shopper.addToCart(page, 'BOOK-001');
  const cartId = await shopper.goToCheckout(page);
  await shopper.fillInTestPerson(page);

  // Another tab doubles the cart while Kustom is slow to hear of it.
  const busy = { method: 'POST', path: '/checkout/v3/orders/*', effect: 'too_many_requests', times: 3 };
  await emulator.addFault(busy);
  const client = cartClient(kassa.url);
  const item = cartIn(await client.getCart(cartId)).items[0]?.cartItemId ?? '';
  cartIn(await client.setQuantity(cartId, { cartItemId: item, quantity: 2 }));
  await shopper.pay(page);
  await shopper.kustom(page).getByText('The cart has changed').waitFor();
  expect(await emulator.order(await orderOf(cartId))).toMatchObject({ state: 'open' });

  // Once Kustom knows, the shopper sees the new total before paying it.
  await untilCart(kassa.url, cartId, isInSync);
  await page.reload();
  await shopper.untilSyncState(page, 'open');
  await shopper.fillInTestPerson(page);
  await shopper.pay(page);
  await page.waitForURL((url) => url.pathname === '/confirmation');
  const bought = await emulator.order(await orderOf(cartId));
  expect(bought.state).toBe('complete');
  const cart = cartIn(await client.getCart(cartId));
  expect(cart.items[0]?.quantity).toBe(2);
  expect(bought.order_amount).toBe(Math.round(cart.orderTotal * 100));
});

async function orderOf(cartId: string): Promise<string> {
  return kustomOrderId(cartIn(await cartClient(story.kassa.url).getCart(cartId)));
}
