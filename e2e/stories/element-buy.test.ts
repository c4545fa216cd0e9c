/** The element in a plain HTML page, with nothing else. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cartClient, cartIn, kustomOrderId } from '../harness/carts';
import * as shop from '../harness/element-shop';
import { countAcknowledges, expectHeardOf } from '../harness/emulator';
import { useStory } from '../harness/story';

const story = useStory();
let plain: shop.ElementShop;
let strict: shop.ElementShop;

beforeAll(async () => {
  plain = await shop.serveElementShop(story.kassa.url, story.kassa.emulatorUrl);
  strict = await shop.serveElementShop(story.kassa.url, story.kassa.emulatorUrl, true);
});
afterAll(async () => {
  await plain?.stop();
  await strict?.stop();
});

test('a plain page sells: there, through the payment, and back', async () => {
  const { page, kassa, emulator } = story;
  const cartId = await shop.fillCart(kassa.url);
  await page.goto(`${plain.url}/checkout?cart=${cartId}`);
  await shop.untilPhase(page, 'open');
  expect((await shop.seenOn(page)).states).toEqual(['loading', 'open']);

  await shop.pay(page);
  await page.waitForURL((url) => url.pathname === '/thanks');
  const number = await shop.orderNumberOn(page);

  await page.getByText(`Thank you for your order ${number}`).waitFor();
  // Kustom has put its order's id where the address had the placeholder.
  const orderId = kustomOrderId(cartIn(await cartClient(kassa.url).getCart(cartId)));
  expect(new URL(page.url()).searchParams.get('from')).toBe(orderId);
  await expectHeardOf(emulator, orderId, number);
  expect(await countAcknowledges(emulator, orderId)).toBe(1);
  expect(story.pageErrors).toEqual([]);
});

test('a change beside the open iframe is locked, confirmed, shown and paid', async () => {
  const { page, kassa, emulator } = story;
  const cartId = await shop.fillCart(kassa.url);
  await page.goto(`${plain.url}/checkout?cart=${cartId}`);
  await shop.untilPhase(page, 'open');
  const total = shop.kustom(page).getByTestId('kco-total');
  const before = (await total.textContent()) ?? '';

  await page.getByRole('button', { name: 'One more' }).click();

  await page.waitForFunction(
    () => (window as unknown as { seen: { updates: number[] } }).seen.updates.length > 0,
  );
  expect(await shop.seenOn(page)).toEqual({
    states: ['loading', 'open', 'suspended', 'open'],
    errors: [],
    updates: [2],
  });
  await shop.kustom(page).locator('[data-testid="kco-total"]', { hasNotText: before }).waitFor();
  await shop.pay(page);
  await shop.orderNumberOn(page);
  const cart = cartIn(await cartClient(kassa.url).getCart(cartId));
  const paid = (await emulator.order(kustomOrderId(cart))).order_amount;
  expect(paid).toBe(Math.round(cart.orderTotal * 100));
  expect(cart.items[0]?.quantity).toBe(2);
  expect(story.pageErrors).toEqual([]);
});

test('a policy that trusts only a nonce is kept, and still sells', async () => {
  const { page, kassa } = story;
  const refused: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) refused.push(message.text());
  });
  const cartId = await shop.fillCart(kassa.url);
  await page.goto(`${strict.url}/checkout?cart=${cartId}`);
  await shop.untilPhase(page, 'open');
  await shop.pay(page);
  await shop.orderNumberOn(page);
  expect(refused).toEqual([]);
});

test('properties that were set before the element was known are taken over', async () => {
  const { page, kassa } = story;
  const cartId = await shop.fillCart(kassa.url);
  // Nothing but the origin: a framework renders the tag here, and loads the element later.
  await page.goto(`${plain.url}/kustom-checkout.js`);
  await page.evaluate(
    (properties) =>
      document.body.append(Object.assign(document.createElement('kustom-checkout'), properties)),
    { baseUrl: kassa.url, cartId, termsUrl: '/terms' },
  );
  await page.addScriptTag({ url: '/kustom-checkout.js', type: 'module' });
  await shop.untilPhase(page, 'open');
  expect(await page.locator('kustom-checkout').getAttribute('cart-id')).toBe(cartId);
  expect(story.pageErrors).toEqual([]);
});
