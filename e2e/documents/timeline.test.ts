/** docs/timeline.md: its command, with the token it speaks of, and the members that it lists. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cartClient } from '../harness/carts';
import { createShell, readDocument } from '../harness/document';
import { fillCart } from '../harness/element-shop';
import { type Kassa, startKassa } from '../harness/kassa';

const TOKEN = 'only-for-operators-of-this-test-1';
const page = await readDocument('docs/timeline.md');
const { code } = page.take('Where it is', 'sh');
let kassa: Kassa;
let folder: string;
let cartNumber: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kassa-timeline-'));
  kassa = await startKassa({ KASSA_ADMIN_TOKEN: TOKEN });
  const { cartNumber: number } = (await cartClient(kassa.url).getCart(await fillCart(kassa.url))) as {
    cartNumber: string;
  };
  cartNumber = number;
});
afterAll(async () => {
  await kassa?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function ask(token: string): Promise<string> {
  const shell = createShell(folder, { '127.0.0.1:3302': kassa.adminListen, C100042: cartNumber });
  return shell.run(code, { KASSA_ADMIN_TOKEN: token });
}

test('operators see by the number of a cart what happened to it', async () => {
  const told = JSON.parse(await ask(TOKEN)) as { entries: Record<string, unknown>[]; dropped: number };
  const { entries, dropped } = told;
  expect(dropped).toBe(0);
  expect(entries.length).toBeGreaterThan(1);
  const listed = page.prose('An entry');
  for (const member of new Set(entries.flatMap((entry) => Object.keys(entry))))
    expect(listed, member).toContain(`\`${member}\``);
  for (const kind of new Set(entries.map((entry) => entry.kind))) expect(listed).toContain(`| \`${kind}\` |`);
});

test('nobody sees it without the token', async () => {
  expect(await ask('another')).not.toContain('entries');
});

test('nothing on the page is left untried', () => {
  expect(page.untaken()).toEqual([]);
});
