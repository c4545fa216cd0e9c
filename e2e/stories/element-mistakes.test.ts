/** What integrators get wrong, and what a shopper and a developer then see of it. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { cartClient, cartIn, kustomOrderId } from '../harness/carts';
import * as shop from '../harness/element-shop';
import { startProxy } from '../harness/proxy';
import { useStory } from '../harness/story';

const story = useStory();
let plain: shop.ElementShop;

beforeAll(async () => {
  plain = await shop.serveElementShop(story.kassa.url, story.kassa.emulatorUrl);
});
afterAll(() => plain?.stop());

/** The page as somebody else has written it, and what its console says. */
async function openWith(page: Page, cartId: string, change: (html: string) => string): Promise<string[]> {
  const told: string[] = [];
  page.on('console', (message) => told.push(message.text()));
  const changed = await shop.serveElementShop(story.kassa.url, story.kassa.emulatorUrl, false, change);
  onTestFinished(changed.stop);
  await page.goto(`${changed.url}/checkout?cart=${cartId}`);
  return told;
}

test('Kustom’s script is blocked: it says so, and opens on a new page when it is not', async () => {
  const { page, kassa } = story;
  await page.clock.install();
  const isBootstrap = (url: URL) => url.pathname.endsWith('bootstrap.js');
  await page.route(isBootstrap, (route) => route.abort());
  await page.goto(`${plain.url}/checkout?cart=${await shop.fillCart(kassa.url)}`);
  await page.locator('#klarna-checkout-container').waitFor({ state: 'attached' });
  await page.clock.runFor(25_000);
  await page.getByRole('alert').getByText('The checkout does not load').waitFor();
  expect((await shop.seenOn(page)).errors).toEqual(['NO_IFRAME']);

  await page.unroute(isBootstrap);
  await page.getByRole('button', { name: 'Try again' }).click();
  await shop.untilPhase(page, 'open');
});

test('terms-url is missing: the console names it, and setting it opens the checkout', async () => {
  const { page, kassa } = story;
  const cartId = await shop.fillCart(kassa.url);
  const told = await openWith(page, cartId, (html) => html.replace('terms-url="/terms"', ''));
  await shop.untilPhase(page, 'failed');
  expect(told.join()).toContain('NO_TERMS_URL');
  await page.evaluate(() => document.querySelector('kustom-checkout')?.setAttribute('terms-url', '/terms'));
  await shop.untilPhase(page, 'open');
});

test('base-url may end in slashes and have a path, and may come late', async () => {
  const { page, kassa } = story;
  const proxy = await startProxy(kassa.url, '/shop/api');
  onTestFinished(proxy.stop);
  const cartId = await shop.fillCart(kassa.url);
  // Until then it asks the page's own origin, which answers 404 and no JSON.
  await openWith(page, cartId, (html) => html.replace(`base-url="${kassa.url}"`, ''));
  await page.evaluate(
    (url) => document.querySelector('kustom-checkout')?.setAttribute('base-url', url),
    `${proxy.url}//`,
  );
  await shop.untilPhase(page, 'open');
  await expect.poll(() => proxy.countStreams()).toBe(1);
});

test('a server that answers HTML is unreachable, and the console says which', async () => {
  const { page, kassa } = story;
  await page.clock.install();
  const proxy = await startProxy(kassa.url);
  onTestFinished(proxy.stop);
  proxy.setMood('bad gateway');
  const cartId = await shop.fillCart(kassa.url);
  const told = await openWith(page, cartId, (html) => html.replaceAll(kassa.url, proxy.url));
  await expect
    .poll(
      async () => {
        await page.clock.runFor(1_000);
        return (await shop.seenOn(page)).errors;
      },
      { timeout: 20_000 },
    )
    .toEqual(['UNREACHABLE']);
  expect(told.join()).toContain('UNREACHABLE');
  await page.getByText('Your cart is safe').waitFor();
});

test('a second element on the page does nothing but say so, and the first still sells', async () => {
  const { page, kassa } = story;
  const cartId = await shop.fillCart(kassa.url);
  await page.goto(`${plain.url}/checkout?cart=${cartId}`);
  await shop.untilPhase(page, 'open');
  await page.evaluate(() => {
    const first = document.querySelector('kustom-checkout');
    const second = first?.cloneNode() as HTMLElement;
    second.id = 'second';
    document.body.append(second);
  });
  await page.locator('#second[phase=failed]').waitFor();
  expect(await page.locator('#second #klarna-checkout-container').count()).toBe(0);
  await shop.pay(page);
  await shop.orderNumberOn(page);
});

test('a cart id that is none is an unknown cart, whatever is in it', async () => {
  const { page } = story;
  await page.goto(`${plain.url}/checkout?cart=${encodeURIComponent('../a b?c=1#"><b>')}`);
  await shop.untilPhase(page, 'failed');
  expect((await shop.seenOn(page)).errors).toEqual(['NOT_FOUND']);
  await page.getByText('This cart is closed').waitFor();
});

test('an empty cart says so, and opens when something is put into it', async () => {
  const { page, kassa } = story;
  const client = cartClient(kassa.url);
  const { cartId } = await client.createCart({ profileKey: 'se-webshop', locale: 'sv_SE' });
  await page.goto(`${plain.url}/checkout?cart=${cartId}`);
  await page.getByRole('alert').getByText('Your cart is empty').waitFor();
  await client.addItem(cartId, { productNumber: 'SH005-BLK-10', quantity: 1 });
  await shop.untilPhase(page, 'open');
});

test('a cart that is paid for another way is done here, too', async () => {
  const { page, kassa } = story;
  const cartId = await shop.fillCart(kassa.url);
  await page.goto(`${plain.url}/checkout?cart=${cartId}`);
  await shop.untilPhase(page, 'open');
  const paid = await fetch(`${kassa.url}/ingress/commerce/carts/${cartId}/payment/demo`, { method: 'POST' });
  expect(paid.status).toBe(200);
  await shop.untilPhase(page, 'done');
  expect(await shop.orderNumberOn(page)).not.toBe('');
});

test('what is paid without the page is done on it, and a change after that is refused by a code', async () => {
  const { page, kassa, emulator } = story;
  const cartId = await shop.fillCart(kassa.url);
  await page.goto(`${plain.url}/checkout?cart=${cartId}`);
  await shop.untilPhase(page, 'open');
  await emulator.pay(kustomOrderId(cartIn(await cartClient(kassa.url).getCart(cartId))), 'approved');
  const code = await page.evaluate(async () => {
    type Tag = HTMLElement & { cart: { cartId: string; items: object[] }; update: <T>(change: () => T) => T };
    const tag = document.querySelector('kustom-checkout') as Tag;
    const url = `${tag.getAttribute('base-url')}/ingress/commerce/carts/${tag.cart.cartId}/email`;
    const answer = await tag.update(async () => {
      const headers = { 'Content-Type': 'application/json' };
      const body = JSON.stringify({ email: 'late@shop.example' });
      return (await fetch(url, { method: 'POST', headers, body })).json();
    });
    return answer.errors?.[0].code;
  });
  expect(code).toBe('CART_LOCKED');
  await emulator.advanceClock(130);
  await shop.untilPhase(page, 'done');
});
