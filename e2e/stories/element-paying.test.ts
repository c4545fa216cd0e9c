/** From the moment of paying: what Kustom's iframe is told then, and what becomes of payments that are not just paid. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cartClient, cartIn, kustomOrderId, untilCart } from '../harness/carts';
import * as shop from '../harness/element-shop';
import { useStory } from '../harness/story';

const story = useStory();
let plain: shop.ElementShop;

beforeAll(async () => {
  plain = await shop.serveElementShop(story.kassa.url, story.kassa.emulatorUrl);
});
afterAll(() => plain?.stop());

async function openCheckout(page: Page): Promise<string> {
  const cartId = await shop.fillCart(story.kassa.url);
  await page.goto(`${plain.url}/checkout?cart=${cartId}`);
  await shop.untilPhase(page, 'open');
  return cartId;
}

type Heard = { calls: string[]; say: (event: string) => void };
type Api = { suspend: () => void; resume: () => void; on: (handlers: Record<string, () => void>) => void };

/** Stands between the page and Kustom's script: notes what the iframe is told, and can say what Kustom would. */
async function listenIn(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const handlers: Record<string, () => void>[] = [];
    const calls: string[] = [];
    const say = (event: string) => {
      for (const given of handlers) given[event]?.();
    };
    const between = (api: Api): Api => ({
      suspend: (...given) => {
        calls.push('suspend');
        api.suspend(...given);
      },
      resume: () => {
        calls.push('resume');
        api.resume();
      },
      on: (given) => {
        handlers.push(given);
        api.on(given);
      },
    });
    let real: object | undefined;
    Object.assign(window, { heard: { calls, say } });
    Object.defineProperty(window, '_klarnaCheckout', {
      get: () => real,
      set: (queue: (use: (api: Api) => void) => void) => {
        real = new Proxy(queue, {
          apply: (target, _, [use]: [(api: Api) => void]) => target((api) => use(between(api))),
        });
      },
    });
  });
}

function callsOn(page: Page): Promise<string[]> {
  return page.evaluate(() => (window as unknown as { heard: Heard }).heard.calls);
}

async function changeElsewhere(cartId: string): Promise<void> {
  await cartClient(story.kassa.url).addItem(cartId, { productNumber: 'BOOK-001', quantity: 1 });
}

/** Kustom has confirmed what the cart says, and the page has heard of it. */
async function untilConfirmedOn(page: Page, cartId: string): Promise<void> {
  const cart = await untilCart(
    story.kassa.url,
    cartId,
    ({ fields }) => fields?.kustomPendingHash === fields?.kustomSyncHash,
  );
  await page
    .locator('#total')
    .filter({ hasText: String(cart.orderTotal) })
    .waitFor();
  await expect
    .poll(() =>
      page.evaluate(() => {
        type Tag = HTMLElement & { cart: { fields: Record<string, unknown> } };
        return document.querySelector<Tag>('kustom-checkout')?.cart.fields.kustomSyncHash;
      }),
    )
    .toBe(cart.fields?.kustomSyncHash);
}

test('from “redirect_initiated” on the iframe is told nothing, whatever happens to the cart', async () => {
  const { page, emulator, kassa } = story;
  await listenIn(page);
  const cartId = await openCheckout(page);
  await changeElsewhere(cartId);
  await untilConfirmedOn(page, cartId);
  await shop.untilPhase(page, 'open');
  expect(await callsOn(page)).toEqual(['suspend', 'resume']);

  await page.evaluate(() => (window as unknown as { heard: Heard }).heard.say('redirect_initiated'));
  await shop.untilPhase(page, 'paying');
  for (let change = 0; change < 2; change += 1) {
    await changeElsewhere(cartId);
    await untilConfirmedOn(page, cartId);
  }
  await emulator.expire(kustomOrderId(cartIn(await cartClient(kassa.url).getCart(cartId))));
  await changeElsewhere(cartId);
  await page.evaluate(() => dispatchEvent(new Event('online')));
  const { orderTotal } = cartIn(await cartClient(kassa.url).getCart(cartId));
  await page
    .locator('#total')
    .filter({ hasText: String(orderTotal) })
    .waitFor();
  expect(await callsOn(page)).toEqual(['suspend', 'resume']);
});

test('a redirect that never gets there is told nothing either, and ends when the order arrives', async () => {
  const { page, context, emulator } = story;
  await listenIn(page);
  const cartId = await openCheckout(page);
  await context.route(
    (url) => url.pathname === '/thanks',
    (route) => route.fulfill({ status: 204 }),
  );
  await shop.pay(page);
  await shop.untilPhase(page, 'paying');
  await changeElsewhere(cartId).catch(() => {});
  await emulator.advanceClock(130);
  await shop.untilPhase(page, 'done');
  expect(await callsOn(page)).toEqual([]);
});

/** Chooses in Kustom's form what the bank will say, and pays. */
async function payPending(page: Page): Promise<void> {
  await shop.kustom(page).getByTestId('kco-outcome').selectOption('pending');
  await shop.pay(page);
}

async function decide(cartId: string, decision: 'accepted' | 'rejected'): Promise<void> {
  const orderId = kustomOrderId(cartIn(await cartClient(story.kassa.url).getCart(cartId)));
  const url = `${story.kassa.emulatorUrl}/_emulator/orders/${orderId}/decide`;
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ decision }) });
  expect(response.ok).toBe(true);
}

/** Somebody at Kustom makes it another amount: what was bought is then nothing that was ever in the cart. */
async function changeAtKustom(orderId: string): Promise<void> {
  const url = `${story.kassa.emulatorUrl}/ordermanagement/v1/orders/${orderId}/authorization`;
  const headers = { 'Content-Type': 'application/json', Authorization: `Basic ${btoa('user:key')}` };
  const response = await fetch(url, {
    method: 'PATCH',
    headers,
    body: JSON.stringify({ order_amount: 100 }),
  });
  expect([response.status, await response.text()]).toEqual([204, '']);
}

/** Stops the browser on its way to the page that Kustom sends it to, which is answered. */
async function whilePaying(context: BrowserContext, pay: () => Promise<void>): Promise<string> {
  const address = new Promise<string>((resolve) => {
    void context.route(
      (url) => url.pathname === '/thanks',
      async (route) => {
        await route.abort();
        resolve(route.request().url());
      },
    );
  });
  await pay();
  const thanks = await address;
  await context.unrouteAll();
  return thanks;
}

test('a payment that the bank still examines is an order all the same', async () => {
  const { page } = story;
  await openCheckout(page);
  await payPending(page);
  expect(await shop.orderNumberOn(page)).not.toBe('');
});

test('a payment that a person has to look at says so, and once the money is given back, that it was declined', async () => {
  const { page, context, kassa } = story;
  const cartId = await openCheckout(page);
  const address = await whilePaying(context, () => shop.pay(page));
  const orderId = kustomOrderId(cartIn(await cartClient(kassa.url).getCart(cartId)));
  await changeAtKustom(orderId);
  await page.goto(address);
  await page.getByText('is being looked at').filter({ visible: true }).waitFor();
  expect(await shop.seenOn(page)).toMatchObject({ states: ['confirming'], errors: [] });

  const decision = JSON.stringify({ action: 'cancel', by: 'Anna', note: 'Not what was in the cart.' });
  const decided = await fetch(`http://${kassa.adminListen}/reviews/${orderId}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: decision,
  });
  expect([decided.status, await decided.text()]).toEqual([200, expect.any(String)]);
  await page.reload();
  await page.getByRole('alert').getByText('The payment was declined').waitFor();
});

test('a payment that is rejected in the end says so, and the way back leads to a checkout that sells', async () => {
  const { page, context } = story;
  const cartId = await openCheckout(page);
  const address = await whilePaying(context, () => payPending(page));
  await decide(cartId, 'rejected');
  await page.goto(address);
  await page.getByRole('alert').getByText('The payment was declined').waitFor();
  expect((await shop.seenOn(page)).errors).toEqual(['DECLINED']);

  await page.getByRole('link', { name: 'Back to the checkout' }).click();
  await shop.untilPhase(page, 'open');
  await shop.pay(page);
  expect(await shop.orderNumberOn(page)).not.toBe('');
});
