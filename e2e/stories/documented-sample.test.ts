/** The integration that storefronts have copied from the guide, unchanged, on an origin of its own. */
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { cartClient, cartIn, kustomOrderId } from '../harness/carts';
import { documentedSamples, serveDocumentedSample } from '../harness/documented-sample';
import * as shop from '../harness/element-shop';
import { countAcknowledges, expectHeardOf } from '../harness/emulator';
import type { StaticSite } from '../harness/static-site';
import { useStory } from '../harness/story';

const story = useStory();
let site: StaticSite | undefined;

afterEach(async () => {
  await site?.stop();
  site = undefined;
});

describe.each(documentedSamples())('$title', ({ read }) => {
  test('sells, while another tab with the same checkout changes the cart', async () => {
    const { page, kassa, emulator } = story;
    const cartId = await openCheckout(await read());
    const total = shop.kustom(page).getByTestId('kco-total');
    const totals = [(await total.textContent()) ?? ''];

    const otherTab = await story.context.newPage();
    await otherTab.goto(`${site?.url}/checkout?cart=${cartId}`);
    await shop.kustom(otherTab).getByTestId('kco-total').filter({ hasText: /\d/ }).waitFor();
    for (const quantity of [2, 3]) {
      await changeQuantity(otherTab, cartId, quantity);
      await shop
        .kustom(page)
        .locator('[data-testid="kco-total"]', { hasNotText: totals.at(-1) })
        .waitFor();
      totals.push((await total.textContent()) ?? '');
    }
    expect(new Set(totals).size).toBe(3);
    await otherTab.close();

    await page.bringToFront();
    await shop.pay(page);
    // The confirmation page is the same program, which sees by its address that the shopper comes back.
    await page.waitForURL((url) => url.pathname === '/confirmation');
    const number = await shop.orderNumberOn(page);
    const cart = cartIn(await cartClient(kassa.url).getCart(cartId));
    expect([cart.cartState, cart.orderNumber, cart.items[0]?.quantity]).toEqual(['completed', number, 3]);
    const orderId = kustomOrderId(cart);
    expect((await emulator.order(orderId)).order_amount).toBe(Math.round(cart.orderTotal * 100));
    await expectHeardOf(emulator, orderId, number);
    expect(await countAcknowledges(emulator, orderId)).toBe(1);
    expect(story.pageErrors).toEqual([]);
  });

  test('asks again when its confirmation is lost on the way', async () => {
    const { page, context } = story;
    await openCheckout(await read());
    let asked = 0;
    await context.route(
      (url) => url.pathname.endsWith('/payment/kustom/confirm'),
      async (route) => {
        asked += 1;
        if (asked === 1) await route.abort();
        else await route.continue();
      },
    );
    await shop.pay(page);
    await page.waitForURL((url) => url.pathname === '/confirmation');
    await shop.orderNumberOn(page);
    expect(asked).toBeGreaterThan(1);
    expect(story.pageErrors).toEqual([]);
  });
});

async function openCheckout(program: string): Promise<string> {
  const { page, kassa } = story;
  site = await serveDocumentedSample(program, kassa.url);
  const cartId = await shop.fillCart(kassa.url);
  await page.goto(`${site.url}/checkout?cart=${cartId}`);
  await shop.kustom(page).getByTestId('kco-total').filter({ hasText: /\d/ }).waitFor();
  return cartId;
}

/** From the shop's own origin, as a page of it would. */
async function changeQuantity(page: Page, cartId: string, quantity: number): Promise<void> {
  const cart = `${story.kassa.url}/ingress/commerce/carts/${cartId}`;
  await page.evaluate(
    async ({ url, wanted }) => {
      const { items } = await (await fetch(url)).json();
      await fetch(`${url}/set-quantity`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ cartItemId: items[0].cartItemId, quantity: wanted }),
      });
    },
    { url: cart, wanted: quantity },
  );
}
