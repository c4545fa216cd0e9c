/** The one file on networks and machines that are poor, and under Kustom's own snippet, which brings more than ours. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { cartClient, cartIn } from '../harness/carts';
import * as shop from '../harness/element-shop';
import { startProxy } from '../harness/proxy';
import { useStory } from '../harness/story';

const story = useStory();
let plain: shop.ElementShop;

beforeAll(async () => {
  plain = await shop.serveElementShop(story.kassa.url, story.kassa.emulatorUrl);
});
afterAll(() => plain?.stop());

const isBootstrap = (url: URL) => url.pathname.endsWith('bootstrap.js');

test('a script of Kustom’s that takes half a minute is missed, and the checkout opens when it comes', async () => {
  const { page, kassa } = story;
  await page.clock.install();
  let arrive = () => {};
  const onItsWay = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await page.route(isBootstrap, async (route) => {
    await onItsWay;
    await route.continue();
  });
  await page.goto(`${plain.url}/checkout?cart=${await shop.fillCart(kassa.url)}`);
  await page.locator('#klarna-checkout-container').waitFor({ state: 'attached' });
  await page.clock.runFor(30_000);
  await page.getByRole('alert').getByText('The checkout does not load').waitFor();

  arrive();
  await page.clock.resume();
  await shop.untilPhase(page, 'open');
  expect(await shop.seenOn(page)).toMatchObject({
    states: ['loading', 'failed', 'open'],
    errors: ['NO_IFRAME'],
  });
  await shop.pay(page);
  expect(await shop.orderNumberOn(page)).not.toBe('');
});

test('a tab that stands still with the stream is robbed of it', async () => {
  const { page, context, kassa } = story;
  const proxy = await startProxy(kassa.url);
  const behind = await shop.serveElementShop(proxy.url, kassa.emulatorUrl);
  onTestFinished(async () => {
    await behind.stop();
    await proxy.stop();
  });
  const cartId = await shop.fillCart(kassa.url);
  await page.goto(`${behind.url}/checkout?cart=${cartId}`);
  await shop.untilPhase(page, 'open');
  await expect.poll(() => proxy.countStreams()).toBe(1);
  // A paused script is as deaf as a frozen page, which no page is that can be seen.
  const devtools = await context.newCDPSession(page);
  await devtools.send('Debugger.enable');
  await devtools.send('Debugger.pause');
  const other = await context.newPage();
  await other.goto(`${behind.url}/checkout?cart=${cartId}`);
  await shop.untilPhase(other, 'open');
  await expect.poll(() => proxy.countStreams(), { timeout: 15_000 }).toBe(2);
  const change = { productNumber: 'BOOK-001', quantity: 1 };
  const { orderTotal } = cartIn(await cartClient(kassa.url).addItem(cartId, change));
  await other
    .locator('#total')
    .filter({ hasText: String(orderTotal) })
    .waitFor();
  await devtools.send('Debugger.disable');
  await expect.poll(() => proxy.countStreams()).toBe(1);
});

test('a stream that a proxy closes is opened again without a word to the shopper', async () => {
  const { page, kassa } = story;
  const proxy = await startProxy(kassa.url);
  const behind = await shop.serveElementShop(proxy.url, kassa.emulatorUrl);
  onTestFinished(async () => {
    await behind.stop();
    await proxy.stop();
  });
  await page.goto(`${behind.url}/checkout?cart=${await shop.fillCart(kassa.url)}`);
  await shop.untilPhase(page, 'open');
  await expect.poll(() => proxy.countStreams()).toBe(1);
  await page.evaluate(() => {
    const said: (string | null)[] = [];
    const offline = document.querySelector('kustom-checkout')?.shadowRoot?.querySelector('[part=offline]');
    const watching = new MutationObserver(() => said.push(offline?.textContent ?? null));
    if (offline) watching.observe(offline, { childList: true });
    Object.assign(window, { said });
  });
  proxy.closeStreams();
  await expect.poll(() => proxy.countStreams()).toBe(0);
  await expect.poll(() => proxy.countStreams(), { timeout: 15_000 }).toBe(1);
  expect(await page.evaluate(() => (window as unknown as { said: string[] }).said)).toEqual([]);
});

test('a style sheet in the snippet, such as Kustom’s own brings, passes a policy that trusts only the nonce', async () => {
  const { page, kassa } = story;
  const strict = await shop.serveElementShop(kassa.url, kassa.emulatorUrl, true);
  onTestFinished(strict.stop);
  await page.route(
    (url) => url.pathname.endsWith('/payment/kustom'),
    async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      const response = await route.fetch();
      const { htmlSnippet } = await response.json();
      const notice = '<style>#notice { display: none }</style><p id="notice">Your browser is too old.</p>';
      await route.fulfill({ response, json: { htmlSnippet: `${htmlSnippet}${notice}` } });
    },
  );
  await page.goto(`${strict.url}/checkout?cart=${await shop.fillCart(kassa.url)}`);
  await shop.untilPhase(page, 'open');
  expect(await page.locator('#notice').evaluate((notice) => getComputedStyle(notice).display)).toBe('none');
  await shop.pay(page);
  expect(await shop.orderNumberOn(page)).not.toBe('');
});
