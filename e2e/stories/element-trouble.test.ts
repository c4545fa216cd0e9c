/** The element when things go wrong: tabs, closed pages, a slow Kustom, a lost Kustom. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { cartClient, cartIn, isCompleted, kustomOrderId, untilCart } from '../harness/carts';
import * as shop from '../harness/element-shop';
import { countAcknowledges, expectHeardOf } from '../harness/emulator';
import { useStory } from '../harness/story';

const story = useStory();
let plain: shop.ElementShop;

/** Far more than the page waits: its seconds fly, those of the server it asks do not. */
const MOST_SECONDS = 1_000;

beforeAll(async () => {
  plain = await shop.serveElementShop(story.kassa.url, story.kassa.emulatorUrl);
});
afterAll(() => plain?.stop());
afterEach(async () => {
  await fetch(`${story.kassa.emulatorUrl}/_emulator/faults`, { method: 'DELETE' });
});

async function openCheckout(page: Page): Promise<string> {
  const cartId = await shop.fillCart(story.kassa.url);
  await page.goto(`${plain.url}/checkout?cart=${cartId}`);
  await shop.untilPhase(page, 'open');
  return cartId;
}

/** Pays, and stops the browser on its way to the page that Kustom sends it to. */
async function payWithoutArriving(page: Page, context: BrowserContext): Promise<string> {
  const address = new Promise<string>((resolve) => {
    void context.route(
      (url) => url.pathname === '/thanks',
      async (route) => {
        await route.abort();
        resolve(route.request().url());
      },
    );
  });
  await shop.pay(page);
  return address;
}

/** Breaks everything that the server asks Kustom, for ever, until `DELETE faults`. */
async function breakKustom(effect: string, method = '*'): Promise<void> {
  const rule = { method, path: '*', effect, times: null };
  const response = await fetch(`${story.kassa.emulatorUrl}/_emulator/faults`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(rule),
  });
  expect(response.ok).toBe(true);
}

async function mendKustom(): Promise<void> {
  await fetch(`${story.kassa.emulatorUrl}/_emulator/faults`, { method: 'DELETE' });
}

/** Lets the page's time run ahead until it shows a text. What it asks meanwhile is really asked. */
async function untilShown(page: Page, text: string): Promise<void> {
  for (let second = 0; second < MOST_SECONDS; second += 1) {
    if (await page.getByText(text).isVisible()) return;
    await page.clock.runFor(1_000);
  }
  throw new Error(`the page did not show “${text}” within ${MOST_SECONDS} seconds of its own time`);
}

test('paid in two tabs at once, it is one order, and both tabs show it', async () => {
  const { page, context, kassa, emulator } = story;
  const cartId = await openCheckout(page);
  const other = await context.newPage();
  await other.goto(`${plain.url}/checkout?cart=${cartId}`);
  await shop.untilPhase(other, 'open');
  await shop.kustom(page).getByTestId('kco-test-person').click();
  await shop.kustom(other).getByTestId('kco-test-person').click();

  const buy = (tab: Page) => shop.kustom(tab).getByTestId('kco-buy').click({ timeout: 5_000 });
  await Promise.allSettled([buy(page), buy(other)]);

  const numbers = await Promise.all([shop.orderNumberOn(page), shop.orderNumberOn(other)]);
  expect(numbers[0]).toBe(numbers[1]);
  const orderId = kustomOrderId(cartIn(await cartClient(kassa.url).getCart(cartId)));
  await expectHeardOf(emulator, orderId, numbers[0]);
  expect(await countAcknowledges(emulator, orderId)).toBe(1);
});

test('what one tab changes, the other locks, shows and sells', async () => {
  const { page, context } = story;
  const cartId = await openCheckout(page);
  const total = shop.kustom(page).getByTestId('kco-total');
  const before = (await total.textContent()) ?? '';
  const other = await context.newPage();
  await other.goto(`${plain.url}/checkout?cart=${cartId}`);
  await shop.untilPhase(other, 'open');

  await other.getByRole('button', { name: 'One more' }).click();

  await shop.kustom(page).locator('[data-testid="kco-total"]', { hasNotText: before }).waitFor();
  await expect
    .poll(async () => (await shop.seenOn(page)).states)
    .toEqual(['loading', 'open', 'suspended', 'open']);
  await shop.pay(page);
  await shop.orderNumberOn(page);
  await shop.orderNumberOn(other);
});

test('six tabs of one cart hold one stream, and hand it over when its tab closes', async () => {
  const { context, page, kassa } = story;
  const streams: Page[] = [];
  context.on('request', (request) => {
    if (request.url().endsWith('/events')) streams.push(request.frame().page());
  });
  const cartId = await openCheckout(page);
  const tabs = [page];
  for (let tab = 1; tab < 6; tab += 1) {
    const opened = await context.newPage();
    await opened.goto(`${plain.url}/checkout?cart=${cartId}`);
    await shop.untilPhase(opened, 'open');
    tabs.push(opened);
  }
  expect(streams.length).toBe(1);

  await streams[0]?.close();
  const rest = tabs.filter((tab) => tab !== streams[0]);
  await cartClient(kassa.url).addItem(cartId, { productNumber: 'BOOK-001', quantity: 1 });

  const total = cartIn(await cartClient(kassa.url).getCart(cartId)).orderTotal;
  for (const tab of rest)
    await tab
      .locator('#total')
      .filter({ hasText: String(total) })
      .waitFor();
  expect(streams.length).toBe(2);
});

test('a page closed right after paying leaves one order', async () => {
  const { page, context, kassa, emulator } = story;
  const cartId = await openCheckout(page);
  await payWithoutArriving(page, context);
  await context.close();
  await emulator.advanceClock(130);
  const cart = await untilCart(kassa.url, cartId, isCompleted);
  await expectHeardOf(emulator, kustomOrderId(cart), cart.orderNumber);
  expect(await countAcknowledges(emulator, kustomOrderId(cart))).toBe(1);
});

test('the return works in another browser, which has neither cookie nor memory', async () => {
  const { page, context } = story;
  await openCheckout(page);
  const address = await payWithoutArriving(page, context);
  await context.close();
  const phone = await context.browser()?.newContext();
  if (!phone) throw new Error('the browser is gone');
  const browserOfTheBank = await phone.newPage();
  await browserOfTheBank.goto(address);
  expect(await shop.orderNumberOn(browserOfTheBank)).not.toBe('');
  await phone.close();
});

test('a confirmation that takes long says so, and ends by itself when the order arrives', async () => {
  const { page } = story;
  await page.clock.install();
  await openCheckout(page);
  await shop.kustom(page).getByTestId('kco-test-person').click();
  await breakKustom('server_error', 'GET');
  await shop.kustom(page).getByTestId('kco-buy').click();
  await page.waitForURL((url) => url.pathname === '/thanks');
  await page.getByText('Confirming your payment…').waitFor();
  await untilShown(page, 'You may close this page');
  await shop.untilPhase(page, 'confirming');

  await mendKustom();
  await shop.orderNumberOn(page);
  expect((await shop.seenOn(page)).states).toEqual(['confirming', 'done']);
});

test('while Kustom is lost a change stays locked and has a way out, and goes on when it is back', async () => {
  const { page } = story;
  await page.clock.install();
  await openCheckout(page);
  // Not one that leaves open whether the call was done: after such a one the server itself waits for a minute.
  await breakKustom('too_many_requests');
  await page.getByRole('button', { name: 'One more' }).click();
  await shop.untilPhase(page, 'suspended');
  await untilShown(page, 'could not be updated yet');

  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await mendKustom();
  // The server tries by itself, too, and may be faster: then the button is gone, and pressing it would wait for ever.
  await page.locator('[part=retry]').dispatchEvent('click');
  await shop.untilPhase(page, 'open');
  expect(await shop.seenOn(page)).toEqual({
    states: ['loading', 'open', 'suspended', 'open'],
    errors: ['OVERDUE'],
    updates: [2],
  });
  await shop.pay(page);
  await shop.orderNumberOn(page);
});

test('a checkout that cannot be opened says so in the shopper’s language, and opens when tried again', async () => {
  const { page, kassa } = story;
  const cartId = await shop.fillCart(kassa.url);
  await breakKustom('server_error');
  await page.clock.install();
  await page.addInitScript(() => {
    addEventListener('DOMContentLoaded', () => {
      document.documentElement.lang = 'sv';
    });
  });
  await page.goto(`${plain.url}/checkout?cart=${cartId}`);
  await untilShown(page, 'Kassan kan inte nås');
  expect(await page.getByRole('alert').count()).toBe(1);

  await mendKustom();
  await page.getByRole('button', { name: 'Försök igen' }).click();
  await shop.untilPhase(page, 'open');
});
