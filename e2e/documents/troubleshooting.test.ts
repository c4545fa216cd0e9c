/** docs/troubleshooting.md: every symptom is brought about, and its commands print what the page says. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { cartClient, cartIn, isInSync, kustomOrderId, untilCart } from '../harness/carts';
import { createShell, isPrintedAs, readDocument, type Shell } from '../harness/document';
import { startCommand } from '../harness/document-shop';
import * as shop from '../harness/element-shop';
import { BINARY } from '../harness/kassa';
import { freePort, listen } from '../harness/listening';
import { useStory } from '../harness/story';

type Opened = { CART: string; ORDER: string };

const story = useStory();
const page = await readDocument('docs/troubleshooting.md');
const URLS = Object.fromEntries(
  ['terms', 'checkout', 'confirmation'].map((name) => [`${name}Url`, `http://localhost/${name}`]),
);
let folder: string;
let shell: Shell;
let plain: shop.ElementShop;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kassa-trouble-'));
  shell = createShell(folder, {
    'http://127.0.0.1:3300': story.kassa.url,
    'http://127.0.0.1:3301': story.kassa.emulatorUrl,
  });
  plain = await shop.serveElementShop(story.kassa.url, story.kassa.emulatorUrl);
});
afterEach(async () => {
  await fetch(`${story.kassa.emulatorUrl}/_emulator/faults`, { method: 'DELETE' });
});
afterAll(async () => {
  await plain?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function post(url: string, body: unknown, more: Record<string, string> = {}): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json', ...more };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await response.text();
  return text ? JSON.parse(text) : undefined;
}

async function snippetOf(cartId: string): Promise<string> {
  const answer = await post(`${story.kassa.url}/ingress/commerce/carts/${cartId}/payment/kustom`, URLS);
  return (answer as { htmlSnippet: string }).htmlSnippet;
}

/** A cart with its checkout open, as the page's commands expect it. */
async function open(cartId?: string): Promise<Opened> {
  const CART = cartId ?? (await shop.fillCart(story.kassa.url));
  await snippetOf(CART);
  const cart = cartIn(await cartClient(story.kassa.url).getCart(CART));
  return { CART, ORDER: kustomOrderId(cart) };
}

async function raiseQuantity({ CART }: Opened, quantity = 2): Promise<void> {
  const client = cartClient(story.kassa.url);
  const [item] = cartIn(await client.getCart(CART)).items;
  cartIn(await client.setQuantity(CART, { cartItemId: item?.cartItemId ?? '', quantity }));
}

const control = (path: string, body: unknown = {}) =>
  post(`${story.kassa.emulatorUrl}/_emulator/${path}`, body);
const breakKustom = (effect: string) => control('faults', { method: '*', path: '*', effect, times: null });

/** Runs the next block of a section, and compares what it prints with what the page says. */
async function check(section: string, variables: Record<string, string>): Promise<void> {
  const printed = await shell.run(page.take(section, 'sh').code, variables);
  const expected = page.take(section, 'text', 'output').code;
  expect(isPrintedAs(printed.replaceAll('\r', ''), expected), `${section}: ${printed}`).toBe(true);
}

/** A text that was really seen is the one that the page quotes. */
function expectQuoted(section: string, text: string): void {
  expect(page.prose(section).replaceAll(/\s+/g, ' ')).toContain(text);
}

test('the variables of the page are set from a cart', async () => {
  const { CART, ORDER } = await open();
  const section = 'Troubleshooting, by what you see';
  const printed = await shell.run(`${page.take(section, 'sh').code}\necho $ORDER`, { CART });
  expect(printed.trim()).toBe(ORDER);
});

test('blank: a snippet whose scripts never ran, and one whose script does not come', async () => {
  const section = 'The checkout stays blank';
  const { page: tab, kassa } = story;
  const cartId = await shop.fillCart(kassa.url);
  await tab.goto(`${plain.url}/terms`);
  await tab.evaluate(
    (snippet) => {
      document.body.innerHTML = snippet;
    },
    await snippetOf(cartId),
  );
  const asked = page.take(section, 'js', 'console').code;
  const said = page.take(section, 'text', 'output').code.trim();
  expect(await tab.evaluate(asked)).toBe(said);

  await tab.route('**/checkout.bootstrap.js', (route) => route.abort());
  await tab.goto(`${plain.url}/checkout?cart=${cartId}`);
  await tab.getByText('The checkout could not be loaded from').waitFor();
  expectQuoted(section, 'The checkout could not be loaded from');
  expect(await tab.evaluate(asked)).toBe('function');
});

test('blank: the element says so itself', async () => {
  const { page: tab, kassa } = story;
  await tab.clock.install();
  await tab.route('**/payment/kustom', async (route) => {
    await route.fulfill({ json: { htmlSnippet: '<div id="klarna-checkout-container"></div>' } });
  });
  await tab.goto(`${plain.url}/checkout?cart=${await shop.fillCart(kassa.url)}`);
  await untilErrorCode('NO_IFRAME');
  await tab.getByText('The checkout does not load.').waitFor();
  expectQuoted('The checkout stays blank', '"The checkout does not load." (`NO_IFRAME`)');
});

/** The page's time runs ahead; what it asks meanwhile is really asked. */
async function untilErrorCode(code: string): Promise<void> {
  const seen = async () => {
    await story.page.clock.runFor(1_000);
    return (await shop.seenOn(story.page)).errors;
  };
  await expect.poll(seen, { timeout: 30_000, interval: 10 }).toContain(code);
}

test('locked: Kustom has not heard of the change', async () => {
  const section = 'The iframe stays locked';
  const { page: tab, kassa } = story;
  await tab.clock.install();
  const cartId = await shop.fillCart(kassa.url);
  await tab.goto(`${plain.url}/checkout?cart=${cartId}`);
  await shop.untilPhase(tab, 'open');
  await breakKustom('too_many_requests');
  await tab.getByRole('button', { name: 'One more' }).click();
  await untilErrorCode('OVERDUE');
  await tab.getByText('Your order could not be updated yet.').waitFor();
  expectQuoted(section, '"Your order could not be updated yet." (`OVERDUE`)');
  const ORDER = kustomOrderId(cartIn(await cartClient(kassa.url).getCart(cartId)));
  await check(section, { CART: cartId, ORDER });
  await check(section, {});
});

test('an old total: Kustom knows the new one, and nobody resumed the iframe', async () => {
  const { page: tab, kassa } = story;
  const opened = await open();
  await tab.goto(`${plain.url}/terms`);
  // A page that renders the snippet and does no more.
  await tab.evaluate(
    (snippet) => {
      document.body.innerHTML = snippet;
      for (const old of document.body.querySelectorAll('script')) {
        const copy = document.createElement('script');
        copy.textContent = old.textContent;
        old.replaceWith(copy);
      }
    },
    await snippetOf(opened.CART),
  );
  const total = shop.kustom(tab).getByTestId('kco-total').filter({ hasText: /\d/ });
  const before = await total.textContent();
  await raiseQuantity(opened);
  await untilCart(kassa.url, opened.CART, isInSync);
  await check('The iframe shows an old total', opened);
  expect(await total.textContent()).toBe(before);
});

test('language and country are the cart’s own', async () => {
  const section = 'Wrong language or country';
  const client = cartClient(story.kassa.url);
  const { cartId } = await client.createCart({ profileKey: 'se-webshop', locale: 'de-DE' });
  await client.addItem(cartId, { productNumber: 'SH005-BLK-10', quantity: 1 });
  await check(section, await open(cartId));
  await check(section, {});
  const carts = `${story.kassa.url}/ingress/commerce/carts`;
  const refusals = await Promise.all([
    post(carts, { profileKey: 'se-webshop', locale: 'german' }),
    post(carts, { profileKey: 'se-webshop', locale: 'de-DE', countryCode: 'DE' }),
  ]);
  for (const refusal of refusals) {
    expectQuoted(section, `\`${(refusal as { error: { code: string } }).error.code}\``);
  }
});

test('an address elsewhere is not allowed', async () => {
  await check('URL_NOT_ALLOWED', await open());
  const same = Object.fromEntries(Object.keys(URLS).map((name) => [name, 'http://localhost/']));
  const { CART } = await open();
  const refusal = await post(`${story.kassa.url}/ingress/commerce/carts/${CART}/payment/kustom`, same);
  expect(refusal).toMatchObject({ error: { code: 'URL_NOT_DISTINCT' } });
});

test('a page of another origin is blocked by the browser', async () => {
  const section = 'Blocked by CORS policy';
  const { page: tab, kassa } = story;
  await check(section, {});
  await tab.route('https://shop.example/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>A shop</title>' }),
  );
  await tab.goto('https://shop.example/');
  const said = tab.waitForEvent('console', {
    predicate: (line) => line.text().includes('has been blocked by CORS policy'),
  });
  await tab.evaluate((url) => {
    fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }).catch(
      () => {},
    );
  }, `${kassa.url}/ingress/commerce/carts`);
  await said;
  expectQuoted(section, '"has been blocked by CORS policy"');
});

test('a cart that is being paid is locked', async () => {
  const opened = await open();
  await control(`orders/${opened.ORDER}/pay`, { outcome: 'rejected' });
  await check('CART_LOCKED', opened);
});

test('an empty cart and a bought one cannot be opened', async () => {
  const section = 'CART_NOT_OPEN and EMPTY_CART';
  const { cartId } = await cartClient(story.kassa.url).createCart({ profileKey: 'se-webshop', locale: 'en' });
  const pay = (id: string) => post(`${story.kassa.url}/ingress/commerce/carts/${id}/payment/kustom`, URLS);
  expect(await pay(cartId)).toMatchObject({ error: { code: 'EMPTY_CART' } });
  await check(section, { CART: cartId });
  const bought = await open();
  await control(`orders/${bought.ORDER}/pay`);
  await post(`${story.kassa.url}/ingress/commerce/carts/${bought.CART}/payment/kustom/confirm`, {});
  expect(await pay(bought.CART)).toMatchObject({ error: { code: 'CART_NOT_OPEN' } });
});

test('nothing was paid, so nothing is confirmed', async () => {
  const section = 'The confirmation never comes';
  const { page: tab } = story;
  const opened = await open();
  await check(section, opened);
  await tab.goto(`${plain.url}/thanks?redirect_status=succeeded&cart=${opened.CART}`);
  await tab.getByText('Confirming your payment…').waitFor();
  expectQuoted(section, '"Confirming your payment…"');
  const unopened = await shop.fillCart(story.kassa.url);
  const refusal = await post(
    `${story.kassa.url}/ingress/commerce/carts/${unopened}/payment/kustom/confirm`,
    {},
  );
  expect(refusal).toMatchObject({ error: { code: 'NO_KUSTOM_ORDER' } });
});

test('the order is there, and a page that hears nothing does not know', async () => {
  const section = 'The order is there and the page still confirms';
  const { page: tab } = story;
  const opened = await open();
  await tab.route(/\/(events|confirm)$/, (route) => route.abort());
  await tab.goto(`${plain.url}/thanks?redirect_status=succeeded&cart=${opened.CART}`);
  await tab.getByText('Confirming your payment…').waitFor();
  await control(`orders/${opened.ORDER}/pay`);
  await control(`orders/${opened.ORDER}/push`);
  await check(section, opened);
  await shop.untilPhase(tab, 'confirming');
  await tab.unrouteAll();
  await tab.reload();
  await shop.untilPhase(tab, 'done');
});

test('a payment for what has changed meanwhile is refused in the form', async () => {
  const section = 'The form refuses the payment';
  const client = cartClient(story.kassa.url);
  const { cartId } = await client.createCart({ profileKey: 'se-webshop', locale: 'sv-SE' });
  await client.addItem(cartId, { productNumber: 'SH005-BLK-10', quantity: 1 });
  const opened = await open(cartId);
  await breakKustom('too_many_requests');
  await raiseQuantity(opened);
  await control(`orders/${opened.ORDER}/pay`);
  await check(section, opened);
  expectQuoted(section, 'Varukorgen har ändrats. Vänta ett ögonblick och försök igen.');
});

test('Kustom calls an address where nobody listens, or one of another installation', async () => {
  const section = 'The push does not arrive';
  const port = await freePort();
  const server = await startCommand(`${BINARY} serve`, folder, {
    KASSA_LISTEN: `127.0.0.1:${port}`,
    KASSA_PUBLIC_URL: 'http://127.0.0.1:9',
    KASSA_KUSTOM_ENVIRONMENT: 'emulator',
    KASSA_KUSTOM_URL: story.kassa.emulatorUrl,
  });
  try {
    const client = cartClient(server.url);
    const { cartId } = await client.createCart({ profileKey: 'se-webshop', locale: 'sv-SE' });
    await client.addItem(cartId, { productNumber: 'SH005-BLK-10', quantity: 1 });
    await post(`${server.url}/ingress/commerce/carts/${cartId}/payment/kustom`, URLS);
    const ORDER = kustomOrderId(cartIn(await client.getCart(cartId)));
    await control(`orders/${ORDER}/pay`);
    await check(section, { ORDER });
  } finally {
    await server.stop();
  }
  await check(section, await open());
});

test('http is no address for Kustom', async () => {
  await check('It works on my machine and not behind TLS', {});
});

test('a page on https does not call a server on http', async () => {
  const section = 'Mixed Content';
  const { page: tab } = story;
  const body = '<kustom-checkout base-url="http://kassa.shop.example"></kustom-checkout>';
  const server = createServer((_request, response) => response.end(body));
  const { url, stop } = await listen(server);
  await check(section, { PAGE: `${url}/` });
  await stop();

  await tab.route('https://shop.example/', (route) => route.fulfill({ contentType: 'text/html', body }));
  await tab.goto('https://shop.example/');
  const said = tab.waitForEvent('console', { predicate: (line) => line.text().includes('Mixed Content') });
  await tab.evaluate(() => {
    const url = document.querySelector('kustom-checkout')?.getAttribute('base-url');
    fetch(`${url}/ingress/commerce/cart-profiles`).catch(() => {});
  });
  await said;
});

test('a proxy that collects an answer keeps the events to itself', async () => {
  const proxy = createServer((request, response) => {
    get(`${story.kassa.url}${request.url}`, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => response.end(Buffer.concat(parts)));
      response.on('close', () => answer.destroy());
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const { CART, ORDER } = await open();
  await check('Events do not come through a proxy', { CART, ORDER, PROXY: `http://127.0.0.1:${port}` });
  proxy.closeAllConnections();
  proxy.close();
});

test('a checkout that is opened again and again is slowed down', async () => {
  await writeFile(join(folder, 'proxied.toml'), '[limits]\nclient_address = "RightmostXForwardedFor"\n');
  const port = await freePort();
  const server = await startCommand(`${BINARY} serve --config proxied.toml`, folder, {
    KASSA_LISTEN: `127.0.0.1:${port}`,
    KASSA_KUSTOM_ENVIRONMENT: 'emulator',
    KASSA_KUSTOM_URL: story.kassa.emulatorUrl,
    KASSA_DATABASE_URL: 'sqlite://proxied.db',
  });
  try {
    const carts = `${server.url}/ingress/commerce/carts`;
    const forwarded = { 'x-forwarded-for': '203.0.113.7' };
    const { cartId } = (await post(carts, { profileKey: 'se-webshop', locale: 'en' }, forwarded)) as {
      cartId: string;
    };
    await post(`${carts}/${cartId}/add-item`, { productNumber: 'BOOK-001', quantity: 1 }, forwarded);
    await check('RATE_LIMITED', { API: `${server.url}/ingress/commerce`, CART: cartId });
  } finally {
    await server.stop();
  }
});

test('nothing on the page is left untried', () => {
  expect(page.untaken()).toEqual([]);
});
