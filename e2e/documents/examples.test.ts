/** The examples as examples/NAME/README.md tells to start them, with the element as it is packed. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDocument } from '../harness/document';
import { installPacked, packElement, startCommand } from '../harness/document-shop';
import { untilPhase } from '../harness/element-shop';
import { REPOSITORY } from '../harness/kassa';
import { freePort } from '../harness/listening';
import { useStory } from '../harness/story';

const story = useStory();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kassa-examples-'));
  // Stands for `npm ci` in the root, which needs a registry.
  await installPacked(folder, await packElement(folder));
});
afterAll(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
});

const PAGES = [
  'examples/html/README.md',
  'examples/react/README.md',
  'examples/svelte/README.md',
  'examples/vue/README.md',
];

test.each(PAGES)('the shop of %s starts and opens a checkout', async (path) => {
  const page = await readDocument(path);
  const name = path.split('/')[1] ?? '';
  const [install, build, start] = page.blocks.flatMap(({ code }) => code.trim().split('\n'));
  expect(page.blocks).toHaveLength(1);
  expect(install?.split(/ {2,}/)[0]).toBe('npm ci');
  expect(build?.split(/ {2,}/)[0]).toBe('npm run build');
  expect(await readFile(join(REPOSITORY, 'package.json'), 'utf8')).toMatch(
    /"build": .*web\/checkout-element/,
  );
  expect(start).toMatch(new RegExp(`^cd examples/${name} && npm run dev$`));

  const root = await copyExample(name);
  const variables = { VITE_KASSA_URL: story.kassa.url, PORT: String(await freePort()) };
  const shop = await startCommand('npm run dev', root, variables);
  try {
    await buyUntilOpen(shop.url);
  } finally {
    await shop.stop();
  }
  expect(story.pageErrors).toEqual([]);
});

/** The page without a build has the server's address in its script. */
async function copyExample(name: string): Promise<string> {
  const root = join(folder, 'examples', name);
  const isSource = (path: string) => !/\/(node_modules|dist)$/.test(path);
  await cp(join(REPOSITORY, 'examples', name), root, { recursive: true, filter: isSource });
  if (name === 'html') {
    const file = join(root, 'index.html');
    const html = await readFile(file, 'utf8');
    await writeFile(file, html.replaceAll('http://127.0.0.1:3300', story.kassa.url));
  }
  return root;
}

async function buyUntilOpen(url: string): Promise<void> {
  const { page } = story;
  await page.goto(url);
  await page.getByRole('button', { name: 'Add Running shoe' }).click();
  await page.getByText('Running shoe, black, size 10').waitFor();
  await page.getByRole('button', { name: 'To the checkout' }).click();
  await untilPhase(page, 'open');
}
