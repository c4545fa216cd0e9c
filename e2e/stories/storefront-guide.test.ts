/** The program in docs/storefront.md, taken from there as it stands, on a page of its own. */
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REPOSITORY } from '../harness/kassa';
import { type OtherOrigin, serveOtherOrigin } from '../harness/other-origin';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';

const HTML = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>The guide's shop</title>
    <link rel="icon" href="data:," />
    <script type="module" src="./main.js"></script>
  </head>
  <body><p id="status"></p><div id="kustom-checkout"></div></body>
</html>`;

const story = useStory();
let source: string;
let shop: OtherOrigin;

beforeAll(async () => {
  const guide = await readFile(join(REPOSITORY, 'docs/storefront.md'), 'utf8');
  const program = guide.match(/```js\n([\s\S]*?)```/)?.[1];
  if (!program) throw new Error('the guide has no program');
  source = await mkdtemp(join(tmpdir(), 'kassa-guide-'));
  await writeFile(join(source, 'index.html'), HTML);
  await writeFile(join(source, 'main.js'), program);
  await symlink(join(REPOSITORY, 'node_modules'), join(source, 'node_modules'));
  shop = await serveOtherOrigin(source);
});
afterAll(async () => {
  await shop?.stop();
  if (source) await rm(source, { recursive: true, force: true });
});

test('the guide’s program sells, also while the cart changes beside the iframe', async () => {
  const { page, kassa } = story;
  await page.goto(`${shop.url}/checkout?api=${encodeURIComponent(kassa.url)}`);
  await shopper.fillInTestPerson(page);

  // What disturbs nobody must not suspend the iframe, and another tab's change must end with the new total.
  const cartId = await newestCart(page);
  const change = (method: string, body: unknown) =>
    page.request.post(`${kassa.url}/ingress/commerce/carts/${cartId}/${method}`, { data: body });
  await change('set-field/note', { value: 'gift' });
  const total = shopper.kustom(page).getByTestId('kco-total');
  const before = (await total.textContent()) ?? '';
  await change('add-item', { productNumber: 'BOOK-001', quantity: 1 });
  await shopper.kustom(page).locator('[data-testid="kco-total"]', { hasNotText: before }).waitFor();

  await shopper.pay(page);
  await page.locator('#status').filter({ hasText: 'Thank you, order' }).waitFor();
  expect(story.pageErrors).toEqual([]);
});

/** The page keeps its cart to itself; Kustom was told where to return, and that names it. */
async function newestCart(page: {
  request: { get: (url: string) => Promise<{ json: () => Promise<unknown> }> };
}) {
  const { orders } = (await (
    await page.request.get(`${story.kassa.emulatorUrl}/_emulator/orders`)
  ).json()) as { orders: { order_id: string }[] };
  const id = orders.at(-1)?.order_id;
  const order = (await (
    await page.request.get(`${story.kassa.emulatorUrl}/_emulator/orders/${id}`)
  ).json()) as { checkout: { merchant_urls: { confirmation: string } } };
  return new URL(order.checkout.merchant_urls.confirmation).searchParams.get('cart');
}
