/** docs/moving.md: what is left of a page after the move sells, also after a coupon beside the open form. */
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
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
const page = await readDocument('docs/moving.md');
let folder: string;
let shop: ServedShop;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kassa-moving-'));
  const { code } = page.take('Step by step', 'html');
  await writeAll(folder, { 'index.html': code.replaceAll('http://127.0.0.1:3300', story.kassa.url) });
  await mkdir(join(folder, 'public'));
  const element = join(REPOSITORY, 'web/checkout-element/dist/kustom-checkout.js');
  await copyFile(element, join(folder, 'public/kustom-checkout.js'));
  shop = await serveBuilt(folder, []);
});
afterAll(async () => {
  await shop?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test('the page after the move sells, with a coupon used while the form is open', async () => {
  const { page: tab } = story;
  await tab.goto(`${shop.url}/checkout?cart=${await fillCart(story.kassa.url)}`);
  await kustom(tab).getByTestId('kco-total').filter({ hasText: /\d/ }).waitFor();
  await tab.getByRole('button', { name: 'Use SUMMER2026' }).click();
  await kustom(tab)
    .getByTestId('kco-total')
    .filter({ hasText: /1\s169/ })
    .waitFor();
  await tab.locator('#total', { hasText: '1169.1 SEK' }).waitFor();
  await pay(tab);
  await tab.locator('#order', { hasText: /\d{6}/ }).waitFor();
  expect(new URL(tab.url()).pathname).toBe('/thanks');
  expect(story.pageErrors).toEqual([]);
});

test('nothing on the page is left untried', () => {
  expect(page.untaken()).toEqual([]);
});
