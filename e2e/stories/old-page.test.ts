/** What docs/moving.md says goes wrong with pages written by hand, provoked on one that does what most of them do. */
import { afterEach, expect, test } from 'vitest';
import { cartClient, kustomOrderId, untilCart } from '../harness/carts';
import { documentedSamples, serveDocumentedSample } from '../harness/documented-sample';
import * as shop from '../harness/element-shop';
import { type Between, startProxy } from '../harness/proxy';
import type { StaticSite } from '../harness/static-site';
import { useStory } from '../harness/story';

const story = useStory();
let site: StaticSite | undefined;
let between: Between | undefined;

afterEach(async () => {
  await site?.stop();
  await between?.stop();
  [site, between] = [undefined, undefined];
});

async function serve(api: string): Promise<string> {
  const [sample] = documentedSamples();
  site = await serveDocumentedSample((await sample?.read()) ?? '', api);
  return site.url;
}

async function openCheckout(api: string): Promise<string> {
  const url = await serve(api);
  const cartId = await shop.fillCart(story.kassa.url);
  await story.page.goto(`${url}/checkout?cart=${cartId}`);
  await shop.kustom(story.page).getByTestId('kco-total').filter({ hasText: /\d/ }).waitFor();
  return cartId;
}

test('it resumes the form while the shopper pays', async () => {
  const { page } = story;
  const calls: string[] = [];
  await page.exposeFunction('note', (call: string) => calls.push(call));
  const cartId = await openCheckout(story.kassa.url);
  await page.evaluate(() => {
    type Api = Record<'suspend' | 'resume', () => void>;
    const names = window as unknown as { note: (call: string) => void; _klarnaCheckout: unknown };
    const real = names._klarnaCheckout as (use: (api: Api) => void) => void;
    const noting = (api: Api): Api => ({
      ...api,
      suspend: () => names.note('suspend'),
      resume: () => names.note('resume'),
    });
    names._klarnaCheckout = (use: (api: Api) => void) => real((api) => use(noting(api)));
  });
  // The payment is on its way to Kustom, and another tab of the shopper's changes the cart.
  let isPressed = false;
  let isPaying = () => {};
  const paying = new Promise<void>((resolve) => {
    isPaying = resolve;
  });
  await page.route(
    (url) => url.href.startsWith(story.kassa.emulatorUrl),
    async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      if (isPressed && calls.length === 0) return isPaying();
      return route.continue();
    },
  );
  await shop.kustom(page).getByTestId('kco-test-person').click();
  isPressed = true;
  await shop.kustom(page).getByTestId('kco-buy').click();
  await paying;
  expect(calls).toEqual([]);
  await cartClient(story.kassa.url).addItem(cartId, { productNumber: 'BOOK-001', quantity: 1 });
  await expect.poll(() => calls, { timeout: 20_000 }).toContain('resume');
});

test('it asks five times for the confirmation, and then shows nothing', async () => {
  const { page, kassa } = story;
  const url = await serve(kassa.url);
  const cartId = await shop.fillCart(kassa.url);
  await page.clock.install();
  let asked = 0;
  await page.route('**/payment/kustom/confirm', async (route) => {
    asked += 1;
    await route.abort();
  });
  await page.goto(`${url}/confirmation?redirect_status=succeeded&cart=${cartId}`);
  await expect
    .poll(
      async () => {
        await page.clock.runFor(1000);
        return asked;
      },
      { timeout: 30_000 },
    )
    .toBe(5);
  // An hour later it has neither asked again nor said anything.
  await page.clock.fastForward('01:00:00');
  expect([asked, (await page.locator('body').innerText()).trim()]).toEqual([5, '']);
});

test('what changes while its stream is away is never shown', async () => {
  const { page, kassa, emulator } = story;
  between = await startProxy(kassa.url);
  const cartId = await openCheckout(between.url);
  const total = shop.kustom(page).getByTestId('kco-total');
  const before = await total.textContent();
  await expect.poll(() => between?.countStreams()).toBe(1);
  between.closeStreams();
  await cartClient(kassa.url).addItem(cartId, { productNumber: 'BOOK-001', quantity: 1 });
  const cart = await untilCart(
    kassa.url,
    cartId,
    ({ fields, items }) => items.length === 2 && fields?.kustomPendingHash === fields?.kustomSyncHash,
  );
  const order = await emulator.order(kustomOrderId(cart));
  expect(order.order_amount).toBe(Math.round(cart.orderTotal * 100));
  await expect.poll(() => between?.countStreams(), { timeout: 20_000 }).toBe(1);
  expect(await total.textContent()).toBe(before);
});
