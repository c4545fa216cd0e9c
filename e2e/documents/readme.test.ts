/** The commands of the README and of the pages about carts and catalogues, run as they stand there. */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createShell, readDocument, type Shell } from '../harness/document';
import { startCommand } from '../harness/document-shop';
import { BINARY, type Kassa, REPOSITORY, startKassa } from '../harness/kassa';
import { freePort } from '../harness/listening';

const readme = await readDocument('README.md');
const catalogue = await readDocument('docs/catalogue.md');
const storefront = await readDocument('docs/storefront.md');
const contributing = await readDocument('CONTRIBUTING.md');
let kassa: Kassa;
let folder: string;
let shell: Shell;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kassa-readme-'));
  kassa = await startKassa();
  shell = createShell(folder, {
    'http://127.0.0.1:3300': kassa.url,
    'http://127.0.0.1:3301': kassa.emulatorUrl,
  });
});
afterAll(async () => {
  await kassa?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const read = (path: string) => readFile(join(REPOSITORY, path), 'utf8');

/** Comments and arguments aside. */
async function expectXtaskHas(code: string): Promise<void> {
  const commands = await read('xtask/src/main.rs');
  const lines = code.split('\n').filter((line) => line !== '');
  for (const line of lines) {
    const name = /^cargo xtask (\w+)/.exec(line)?.[1];
    expect(commands, line).toContain(`command == "${name}"`);
  }
}

test('the commands of the repository are those that xtask knows', async () => {
  await expectXtaskHas(readme.take('Two commands', 'sh').code);
  await expectXtaskHas(contributing.take('Run and test', 'sh').code);
});

test('a purchase without a browser, as the README has it, is an order', async () => {
  const { code } = readme.take('A purchase in a minute', 'sh');
  const printed = await shell.run(code);
  const completed = JSON.parse(printed.slice(printed.lastIndexOf('{\n  "cartState"')));
  expect(completed).toMatchObject({ cartState: 'completed', orderNumber: '100001' });
  expect(completed.email).toContain('@');
  expect(printed).toContain('1299\n<div id="klarna-checkout-container"');
  expect(printed).toContain('"approved"\n{"status":"checkout_complete"}');
});

test('the server starts as the README says, with the settings that it names', async () => {
  const [build, check, serve] = readme.take('In production', 'sh').code.trim().split('\n');
  expect(build).toBe('cargo build --release --bin kassa');
  expect(await read('crates/server/src/main.rs')).toContain('fn main');
  for (const name of ['kassa.toml', 'catalogue.toml'])
    await copyFile(join(REPOSITORY, 'crates/server/demo', name), join(folder, name));
  const here = (line: string | undefined) => line?.replace('./target/release/kassa', BINARY) ?? '';
  const listen = `127.0.0.1:${await freePort()}`;
  const variables = {
    KASSA_LISTEN: listen,
    KASSA_PUBLIC_URL: `http://${listen}`,
    KASSA_KUSTOM_URL: kassa.emulatorUrl,
  };
  expect(await shell.run(here(check), variables)).toMatch(/^ok +settings\.file/);
  const command = here(serve);
  const running = await startCommand(command, folder, variables);
  try {
    expect((await fetch(`${running.url}/health`)).status).toBe(200);
  } finally {
    await running.stop();
  }
});

test('the operators’ commands of the README are understood', async () => {
  const lines = readme.take('In production', 'sh').code.trim().split('\n');
  expect(lines.map((line) => line.split(' ')[2])).toEqual(['list', 'retry', 'cancel', 'close']);
  const variables = { KASSA_ADMIN_LISTEN: kassa.adminListen };
  for (const line of lines) {
    const command = line.replace('ID', '421e6820-0067-4560-b0a3-955786ea411a');
    const printed = await shell.run(`{ ${command}\n} 2>&1 || true`, variables);
    expect(printed).toMatch(
      /^(Nothing waits for you\.|kassa: no open review of this purchase \(NOT_FOUND\))\n$/,
    );
  }
});

test('what the guide for storefronts tells to try out can be tried', async () => {
  // Its program is run by the story about the guide.
  storefront.take('Kassa in your storefront', 'js');
  const commands = [...storefront.prose('Trying things out').matchAll(/`(curl [^`]+)`/g)].map(
    ([, text]) => text ?? '',
  );
  expect(commands.length).toBe(3);
  const { code } = (await readDocument('README.md')).take('A purchase in a minute', 'sh');
  const opening = code.slice(0, code.indexOf('curl -s $kustom'));
  for (const command of commands) {
    await shell.run(`${opening}\n${command.replace('curl', 'curl -sSf').replace('{id}', '$order')}`);
  }
});

test('the files of the page about catalogues come in by its commands', async () => {
  const [shop, promotions] = [catalogue.take('A file', 'toml'), catalogue.take('`[promotions.KEY]`', 'toml')];
  await writeFile(join(folder, 'shop.toml'), `${shop.code}\n`);
  await writeFile(join(folder, 'products.csv'), catalogue.take('CSV', 'csv').code);
  await writeFile(join(folder, 'export.txt'), catalogue.take('A file', 'json').code);
  await writeFile(join(folder, 'promotions.toml'), promotions.code);
  const { code } = catalogue.take('The catalogue', 'sh');
  const variables = { KASSA_ADMIN_LISTEN: kassa.adminListen };
  // In the order of the page the first file would not know the categories that the second one speaks of.
  const printed = await shell.run(`${code}kassa import promotions.toml`, variables);
  expect(printed.split('\n')).toEqual([
    'imported 3 products, 1 profile, 1 tax class, 1 promotion',
    expect.stringMatching(/^imported 2 products/),
    'imported 1 product',
    'imported 3 promotions',
    '',
  ]);
});

test('nothing on these pages is left untried', () => {
  const untaken = [readme, catalogue, storefront].flatMap((page) => page.untaken());
  expect(untaken).toEqual([]);
});
