/** The README of `<kustom-checkout>`: its page and its program are put together as they stand, and sell. */
import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDocument } from '../harness/document';
import { type ServedShop, serveBuilt, writeAll } from '../harness/document-shop';
import { fillCart, pay } from '../harness/element-shop';
import { REPOSITORY } from '../harness/kassa';
import { kustom } from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory();
const readme = await readDocument('web/checkout-element/README.md');
let folder: string;
let shop: ServedShop | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kassa-element-readme-'));
});
afterAll(async () => {
  await shop?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** What the README calls the shop's server is the one of this test. */
const here = (code: string) => code.replaceAll('https://shop.example', story.kassa.url);

const inPage = (body: string) => `<!doctype html><html lang="en">
<head><meta charset="utf-8" /><link rel="icon" href="data:," /></head><body>${body}</body></html>`;

test('the plain page sells, also after its button has changed the cart', async () => {
  const { page } = story;
  const root = join(folder, 'page');
  const element = readme.take('In a plain page', 'html').code;
  const cartId = await fillCart(story.kassa.url);
  const code = element.replace('5b2c1f0e-0c55-4a57-9d0a-6f3a4c1d2e90', cartId);
  expect(code).not.toBe(element);
  const button = readme.take('In a plain page', 'html').code;
  await writeAll(root, { 'index.html': inPage(here(code + button)) });
  await mkdir(join(root, 'public'));
  await copyFile(
    join(REPOSITORY, 'web/checkout-element/dist/kustom-checkout.js'),
    join(root, 'public/kustom-checkout.js'),
  );
  shop = await serveBuilt(root, []);
  const completed = page.waitForEvent('console', { predicate: (said) => /^\d{6}$/.test(said.text()) });

  await page.goto(shop.url);
  const total = kustom(page).getByTestId('kco-total');
  const before = (await total.textContent()) ?? '';
  await page.getByRole('button', { name: 'One more' }).click();
  await kustom(page).locator('[data-testid="kco-total"]', { hasNotText: before }).waitFor();
  await pay(page);
  await completed;
  expect(new URL(page.url()).pathname).toBe('/thanks');
  expect(story.pageErrors).toEqual([]);
  await shop.stop();
  shop = undefined;
});

test('the program without the element sells, and its coupon counts', async () => {
  const { page } = story;
  const root = join(folder, 'client');
  const cartId = await fillCart(story.kassa.url);
  const around = `
const myCartId = new URLSearchParams(location.search).get('cart') ?? undefined;
const say = (id: string, text: string) => { document.getElementById(id)!.textContent = text; };
const render = (phase: string, ..._more: unknown[]) => say('phase', phase);
const showOrder = (cart: { orderNumber: string }) => say('order', cart.orderNumber);
`;
  const program = here(readme.take('Without the element', 'ts').code);
  await writeAll(root, {
    'index.html': inPage(
      '<p id="phase"></p><p id="order"></p><div id="kustom"></div><script type="module" src="/main.ts"></script>',
    ),
    'main.ts': `${around}${program}`,
  });
  await symlink(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  shop = await serveBuilt(root, []);

  await page.goto(`${shop.url}/?cart=${cartId}`);
  // Ten percent of 1299 off.
  await kustom(page)
    .getByTestId('kco-total')
    .filter({ hasText: /1[\s,. ]?169/ })
    .waitFor();
  await page.locator('#phase', { hasText: 'open' }).waitFor();
  await pay(page);
  await page.locator('#order', { hasText: /\d{6}/ }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/thanks');
});

test('nothing in it is left untried', () => {
  expect(readme.untaken()).toEqual([]);
});
