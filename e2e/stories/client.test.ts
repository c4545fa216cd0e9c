/** The headless client on a page of its own, bundled as an integrator would, behind whatever proxies do. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { cartClient, cartIn, kustomOrderId } from '../harness/carts';
import { fillCart, pay } from '../harness/element-shop';
import { countAcknowledges, expectHeardOf } from '../harness/emulator';
import { REPOSITORY } from '../harness/kassa';
import { type OtherOrigin, serveOtherOrigin } from '../harness/other-origin';
import { type Between, startProxy } from '../harness/proxy';
import { useStory } from '../harness/story';

type Seen = { phases: string[]; problems: string[]; options: unknown[]; connection: boolean[] };

const story = useStory();
let shop: OtherOrigin;
let proxy: Between;

beforeAll(async () => {
  shop = await serveOtherOrigin(`${REPOSITORY}/e2e/client-shop`);
});
beforeEach(async () => {
  proxy = await startProxy(story.kassa.url, '/shop');
});
afterEach(() => proxy?.stop());
afterAll(() => shop?.stop());

async function openCheckout(page: Page, cartId?: string): Promise<string> {
  const id = cartId ?? (await fillCart(story.kassa.url));
  await page.goto(`${shop.url}/checkout?cart=${id}&api=${encodeURIComponent(`${proxy.url}/`)}`);
  await untilPhase(page, 'open');
  return id;
}

function untilPhase(page: Page, phase: string): Promise<void> {
  return until(page, 'phase', phase);
}

async function until(page: Page, id: string, text: string): Promise<void> {
  await page.locator(`#${id}`).getByText(text, { exact: true }).waitFor();
}

function seenOn(page: Page): Promise<Seen> {
  return page.evaluate(() => (window as unknown as { seen: Seen }).seen);
}

/** Somewhere else: another device, or the shop's own staff. */
async function changeElsewhere(cartId: string, productNumber = 'BOOK-001'): Promise<string> {
  const client = cartClient(story.kassa.url);
  return String(cartIn(await client.addItem(cartId, { productNumber, quantity: 1 })).orderTotal);
}

async function orderNumberOn(page: Page): Promise<string> {
  const order = page.locator('#order').filter({ hasText: /\S/ });
  await order.waitFor();
  return (await order.textContent()) ?? '';
}

test('it sells: opened, changed, refused, paid and confirmed', async () => {
  const { page, kassa, emulator } = story;
  const cartId = await openCheckout(page);

  await page.getByRole('button', { name: 'One more' }).click();
  await until(page, 'refusal', 'none');
  await page.getByLabel('Coupon').fill('NO-SUCH-COUPON');
  await page.getByRole('button', { name: 'Redeem' }).click();
  await page.locator('#refusal').getByText('COUPON').waitFor();
  expect(await seenOn(page)).toMatchObject({
    phases: ['loading', 'open', 'suspended', 'open', 'suspended', 'open'],
    problems: [],
  });

  await pay(page);
  await page.waitForURL((url) => url.pathname === '/confirmation');
  const number = await orderNumberOn(page);
  const cart = cartIn(await cartClient(kassa.url).getCart(cartId));
  expect([cart.orderNumber, cart.items[0]?.quantity]).toEqual([number, 2]);
  await expectHeardOf(emulator, kustomOrderId(cart), number);
  expect(await countAcknowledges(emulator, kustomOrderId(cart))).toBe(1);
  expect(story.pageErrors).toEqual([]);
});

test('it tells of the way to ship that the shopper chooses', async () => {
  const { page, kassa } = story;
  const client = cartClient(kassa.url);
  const { cartId } = await client.createCart({ profileKey: 'no-webshop', locale: 'nb_NO' });
  await client.addItem(cartId, { productNumber: 'BOOK-001', quantity: 1 });
  await openCheckout(page, cartId);
  const frame = page.frameLocator('#klarna-checkout-iframe');
  await frame.getByTestId('kco-test-person').click();
  await frame.locator('input[name=shipping_option][value=standard]:checked').waitFor();
  await frame.locator('input[name=shipping_option][value=express]').check();
  await expect
    .poll(async () => (await seenOn(page)).options.at(-1))
    .toMatchObject({ id: 'express', price: expect.any(Number) });
});

test('a stream that a proxy closes is opened again, and nothing is thrown at the window', async () => {
  const { page } = story;
  const cartId = await openCheckout(page);
  await expect.poll(() => proxy.countStreams()).toBe(1);
  expect(proxy.closeStreams()).toBe(1);
  await expect.poll(() => proxy.countStreams(), { timeout: 15_000 }).toBe(1);
  const total = await changeElsewhere(cartId);
  await until(page, 'total', total);
  await expect.poll(async () => (await seenOn(page)).phases.at(-1)).toBe('open');
  // It was back before anybody had to be told.
  expect((await seenOn(page)).connection).toEqual([true]);
  expect(story.pageErrors).toEqual([]);
});

test('a proxy that answers 502 to everything is outlived, by the stream and by a change', async () => {
  const { page } = story;
  const cartId = await openCheckout(page);
  await expect.poll(() => proxy.countStreams()).toBe(1);
  proxy.setMood('bad gateway');
  proxy.closeStreams();
  await page.getByRole('button', { name: 'One more' }).click();
  await page.locator('#refusal').filter({ hasText: /\S/ }).waitFor();
  // Nobody knows what came of the change, so nothing may be paid.
  await untilPhase(page, 'suspended');
  const total = await changeElsewhere(cartId);

  proxy.setMood('honest');
  await until(page, 'total', total);
  await untilPhase(page, 'open');
  expect(story.pageErrors).toEqual([]);
});

test('a server that falls silent leaves a way out, and the change is found when it speaks again', async () => {
  const { page } = story;
  await page.clock.install();
  const cartId = await openCheckout(page);
  await expect.poll(() => proxy.countStreams()).toBe(1);
  proxy.setMood('silent');
  proxy.closeStreams();
  await page.getByRole('button', { name: 'One more' }).click();
  await untilPhase(page, 'suspended');
  const total = await changeElsewhere(cartId);
  await page.clock.runFor(25_000);
  await until(page, 'problem', 'OVERDUE');

  proxy.setMood('honest');
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await until(page, 'total', total);
  expect((await seenOn(page)).problems).toEqual(['OVERDUE']);
});

test('tabs share one stream, by the client as by the element, and hand it over', async () => {
  const { page, context } = story;
  const cartId = await openCheckout(page);
  const other = await context.newPage();
  await openCheckout(other, cartId);
  await expect.poll(() => proxy.countStreams()).toBe(1);
  await page.close();
  await expect.poll(() => proxy.countStreams()).toBe(1);
  await until(other, 'total', await changeElsewhere(cartId));
  await expect.poll(async () => (await seenOn(other)).phases.at(-1)).toBe('open');
});

test('a tab that stands still with the stream is robbed of it, and catches up when it moves again', async () => {
  const { page, context } = story;
  const cartId = await openCheckout(page);
  await expect.poll(() => proxy.countStreams()).toBe(1);
  // Chromium freezes no page that can be seen, and without a window every page can. A paused script is as deaf.
  const devtools = await context.newCDPSession(page);
  await devtools.send('Debugger.enable');
  await devtools.send('Debugger.pause');
  const other = await context.newPage();
  await openCheckout(other, cartId);
  const total = await changeElsewhere(cartId);
  // Its question has stayed without an answer for three seconds: it takes the lock.
  await until(other, 'total', total);
  // The one that stands still could not even close its own.
  expect(proxy.countStreams()).toBe(2);

  await devtools.send('Debugger.disable');
  await until(page, 'total', total);
  await expect.poll(async () => (await seenOn(page)).phases.at(-1)).toBe('open');
  await expect.poll(() => proxy.countStreams()).toBe(1);
});
