/** docs/five-minutes.md, walked through as it stands: three shops, three purchases. */
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import type { PluginOption } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createShell, isPrintedAs, readDocument, readdress, type Shell } from '../harness/document';
import * as shops from '../harness/document-shop';
import { REPOSITORY } from '../harness/kassa';
import { freePort } from '../harness/listening';
import { kustom } from '../harness/playground';
import { useStory } from '../harness/story';

const story = useStory();
const page = await readDocument('docs/five-minutes.md');
let folder: string;
let shell: Shell;
let packed: string;
let shop: shops.ServedShop | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kassa-minutes-'));
  await symlink(REPOSITORY.replace(/\/$/, ''), join(folder, 'kassa'));
  shell = createShell(folder, addresses());
  packed = await shops.packElement(folder);
});
afterAll(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
});

function addresses(): Record<string, string> {
  return { 'http://127.0.0.1:3300': story.kassa.url, 'http://127.0.0.1:3301': story.kassa.emulatorUrl };
}

/** The files of a section, as the page has them, for the server of this test. */
function filesOf(section: string, ...languages: string[]): Record<string, string> {
  const blocks = languages.map((language) => page.take(section, language));
  return Object.fromEntries(
    blocks.map(({ marks: [mark = ''], code }) => [mark.replace(/^file=/, ''), readdress(code, addresses())]),
  );
}

/** What the page tells to do under "Pay", with its words for what is pressed. Answers the order's number. */
async function buyAt(url: string): Promise<string> {
  const { page: tab } = story;
  await tab.goto(url);
  await tab.getByRole('button', { name: 'Buy running shoes' }).click();
  await tab.getByText('1299 SEK').waitFor();
  await tab.getByRole('button', { name: 'One more' }).click();
  await kustom(tab).getByTestId('kco-total').filter({ hasText: '2,598.00' }).waitFor();
  await kustom(tab).getByRole('button', { name: 'Use test person' }).click();
  await kustom(tab).getByRole('button', { name: /^Pay/ }).click();
  const order = await tab.getByText(/Order \d+/).textContent();
  expect(story.pageErrors).toEqual([]);
  return /Order (\d+)/.exec(order ?? '')?.[1] ?? '';
}

async function served(serve: () => Promise<shops.ServedShop>): Promise<string> {
  shop = await serve();
  try {
    return await buyAt(shop.url);
  } finally {
    await shop.stop();
  }
}

test('the server is started by commands that there are, and answers', async () => {
  expect(page.take('The server', 'sh', 'stand-in').code).toBe('cd kassa\ncargo xtask dev\n');
  expect(await readFile(join(REPOSITORY, 'xtask/src/main.rs'), 'utf8')).toContain('command == "dev"');
  const printed = await shell.run(page.take('The server', 'sh').code);
  expect(isPrintedAs(printed, page.take('The server', 'json', 'output').code)).toBe(true);
});

test('the plain page sells', async () => {
  await shell.run(page.take('Plain HTML', 'sh').code);
  await shops.writeAll(folder, filesOf('Plain HTML', 'html'));
  const port = await freePort();
  const command = page.take('Plain HTML', 'sh', 'start').code.replace('5173', String(port));
  const orderNumber = await served(() => shops.startCommand(command.trim(), folder));

  const { code } = page.take('Pay', 'sh');
  const email = await testPersonsAddress();
  const printed = await shell.run(code, { ORDER_NUMBER: orderNumber, EMAIL: email });
  expect(isPrintedAs(printed, page.take('Pay', 'text', 'output').code), printed).toBe(true);
});

async function testPersonsAddress(): Promise<string> {
  const { orders } = (await (await fetch(`${story.kassa.emulatorUrl}/_emulator/orders`)).json()) as {
    orders: { order_id: string }[];
  };
  const read = await fetch(`${story.kassa.emulatorUrl}/_emulator/orders/${orders.at(-1)?.order_id}`);
  return ((await read.json()) as { management: { billing_address: { email: string } } }).management
    .billing_address.email;
}

test.each([
  { section: 'React', name: 'react', template: 'react-ts', scaffold: shops.REACT, plugins: [react()] },
  { section: 'Vue', name: 'vue', template: 'vue-ts', scaffold: shops.VUE, plugins: undefined },
])('the shop in $section sells', async ({ section, name, template, scaffold, plugins }) => {
  const root = join(folder, `${name}-shop`);
  expectInstallCommands(page.take(section, 'sh', 'stand-in').code, name, template);
  await shops.writeScaffold(root, scaffold);
  await shops.writeAll(folder, filesOf(section, ...(name === 'react' ? ['tsx'] : ['ts', 'vue'])));
  await shops.installPacked(root, packed);
  await served(() => shops.serveBuilt(root, plugins as PluginOption[] | undefined));
});

/** They need a registry, which tests do without; what they name has to be what is there. */
function expectInstallCommands(code: string, name: string, template: string) {
  const [create, pack, enter, install] = code.split('\n');
  expect(create).toBe(`npm create vite@latest ${name}-shop -- --template ${template} --no-interactive`);
  expect(pack).toBe('npm pack ./kassa/web/checkout-element');
  expect(enter).toBe(`cd ${name}-shop`);
  expect(install).toBe(`npm install ..${packed.slice(folder.length)} @hantera/storefront-sdk@0.5.0`);
}

test('nothing on the page is left untried', () => {
  expect(page.untaken()).toEqual([]);
});
