/** The pane beside the shop: for keyboards, for screen readers, for shells, and never in the shop's way. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { cartClient } from '../harness/carts';
import { useStory } from '../harness/story';
import * as workshop from '../harness/workshop';

const run = promisify(execFile);
const story = useStory({
  viewport: { width: 1440, height: 900 },
  permissions: ['clipboard-read', 'clipboard-write'],
});
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

async function faults(): Promise<unknown[]> {
  const answer = await fetch(`${story.kassa.emulatorUrl}/_emulator/faults`);
  return ((await answer.json()) as { faults: unknown[] }).faults;
}

async function beginTry(id: string): Promise<string> {
  await story.page.goto(story.kassa.url);
  await workshop.openWorkshop(story.page);
  return workshop.beginTry(story.page, id);
}

async function axeOn(page: Page): Promise<unknown[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run: (where: string) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run('.workshop');
    return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
  });
}

test('an entry is found, opened and copied with the keyboard alone, and the command works in a shell', async () => {
  const { page } = story;
  const cartId = await beginTry('quantity');
  const rows = page.getByTestId('timeline').getByRole('button');
  await rows.filter({ hasText: 'add-item' }).first().waitFor();
  await page.getByTestId('timeline').locator('.row[tabindex="0"]').focus();
  await page.keyboard.press('Home');
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  let name = await focused();
  for (let row = 0; row < 100 && !/add-item/.test(name); row += 1) {
    await page.keyboard.press('ArrowDown');
    name = await focused();
  }
  expect(name).toMatch(/^Browser to Kassa: POST .*add-item, answered 200 after/);

  await page.keyboard.press('Enter');
  const copy = page.getByTestId('copy-curl');
  await copy.focus();
  await page.keyboard.press('Enter');
  await copy.filter({ hasText: 'Copied' }).waitFor();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  expect(command).toContain(cartId);
  const { stdout } = await run('sh', ['-c', command]);
  expect(JSON.parse(stdout)).toMatchObject({ cartId });
});

test('what Kassa asked Kustom is copied as a command that takes its credentials from the shell', async () => {
  const { page } = story;
  await beginTry('quantity');
  await page.getByTestId('timeline').locator('.arrow-kassa-kustom .row').first().click();
  await page.getByTestId('copy-curl').click();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const env = { ...process.env, KUSTOM_KEY_ID: 'user', KUSTOM_PASSWORD: 'key' };
  const { stdout } = await run('sh', ['-c', command], { env });
  // The emulator has read it as a request of its own: whatever it says of a masked body, it is not “who are you?”.
  expect(stdout).not.toContain('401');
  expect(() => JSON.parse(stdout)).not.toThrow();
});

test.each(['light', 'dark'] as const)(
  'nothing in it stands in the way of anybody, when it is %s',
  async (colorScheme) => {
    const { page } = story;
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await beginTry('quantity');
    await page.getByTestId('timeline').locator('.row').first().click();
    expect(await axeOn(page)).toEqual([]);
    for (const tab of ['tries', 'code']) {
      await page.getByTestId(`tab-${tab}`).click();
      expect(await axeOn(page)).toEqual([]);
      await workshop.picture(page, `${tab}-${colorScheme}`);
    }
  },
);

test('the shop stays where it is while entries arrive', async () => {
  const { page, kassa } = story;
  const cartId = await beginTry('quantity');
  const place = () => page.locator('main').boundingBox();
  const before = await place();
  const entries = page.getByTestId('timeline').locator('.entry');
  const count = await entries.count();
  await cartClient(kassa.url)
    .setField(cartId, 'note', { value: 'x' })
    .catch(() => undefined);
  await cartClient(kassa.url).getCart(cartId);
  await expect.poll(() => entries.count()).toBeGreaterThan(count);
  const after = await place();
  expect([after?.x, after?.y, after?.width]).toEqual([before?.x, before?.y, before?.width]);
});

test('the end is followed, unless the reader has scrolled up', async () => {
  const { page, kassa } = story;
  const cartId = await beginTry('quantity');
  const entries = page.getByTestId('timeline').locator('.entry');
  const scroller = page.locator('.workshop .scroller');
  const toEnd = page.getByRole('button', { name: 'To the newest' });
  await scroller.evaluate((element) => element.scrollTo(0, 0));
  await toEnd.waitFor();
  const count = await entries.count();
  await cartClient(kassa.url).getCart(cartId);
  await expect.poll(() => entries.count()).toBeGreaterThan(count);
  expect(await scroller.evaluate((element) => element.scrollTop)).toBe(0);

  await toEnd.click();
  await toEnd.waitFor({ state: 'hidden' });
  await cartClient(kassa.url).getCart(cartId);
  const distance = () =>
    scroller.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);
  await expect.poll(() => entries.count()).toBeGreaterThan(count + 2);
  expect(await distance()).toBeLessThan(2);
});

test('who leaves a try leaves nothing broken', async () => {
  const { page } = story;
  await beginTry('lost-kustom');
  await page.getByTestId('lose-kustom').click();
  await expect.poll(faults).toHaveLength(1);
  await page.reload();
  await workshop.openWorkshop(page);
  await page.getByTestId('leave-try').click();
  await page.getByTestId('running-try').waitFor({ state: 'detached' });
  expect(await faults()).toEqual([]);
});

test('the code is that of the page on screen, and says which server it asks', async () => {
  const { page, kassa } = story;
  await page.goto(kassa.url);
  await workshop.openWorkshop(page);
  await page.getByTestId('tab-code').click();
  expect(await page.getByTestId('code-name').textContent()).toBe('shop.html');
  await beginTry('quantity');
  await page.getByTestId('tab-code').click();
  expect(await page.getByTestId('code-name').textContent()).toBe('checkout.html');
  await page.getByTestId('copy-code').click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain(`base-url="${kassa.url}"`);
  expect(copied.startsWith('<!doctype html>')).toBe(true);
});
