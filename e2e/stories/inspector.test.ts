import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  asMerchant,
  copied,
  createOrder,
  detail,
  exampleOrder,
  expectNoReload,
  lastCallback,
  openInspector,
  press,
  rows,
  runInShell,
  steer,
  told,
} from '../harness/inspector';
import { REPOSITORY } from '../harness/kassa';
import { type Shop, startShop } from '../harness/shop';
import { useStory } from '../harness/story';

/** Where the documentation has its picture; `UPDATE_PICTURE=1` takes it anew. */
const DOCUMENTED = join(REPOSITORY, 'docs/inspector.png');

const story = useStory();
let shop: Shop;

beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());
beforeEach(async () => {
  await steer(story.kassa.emulatorUrl, 'POST', 'reset');
  await story.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  shop.received.length = 0;
  shop.answer(200, {});
});

const emulatorUrl = () => story.kassa.emulatorUrl;
const pushed = () => ({ merchant_urls: { push: `${shop.url}/push?id={checkout.order.id}` } });

test('a stranger is told what to do first, and the first order appears by itself', async () => {
  const { page } = story;
  await openInspector(page, emulatorUrl());
  await page.getByRole('heading', { name: 'No orders yet' }).waitFor();
  await page.getByText('TEST', { exact: true }).waitFor();
  await press(page, 'Copy');
  await told(page, 'copied');
  const answered = JSON.parse(await runInShell(await copied(page)));
  expect(answered.status).toBe('checkout_incomplete');

  await rows(page).getByText('my-first-order').click();
  await page.getByRole('heading', { name: 'my-first-order' }).waitFor();
  expect(page.url()).toContain(answered.order_id);
  await expectNoReload(page);
});

test('the button makes an example order without a shell', async () => {
  const { page } = story;
  await openInspector(page, emulatorUrl());
  await press(page, 'Create an example order');
  await page.getByRole('heading', { name: 'my-first-order' }).waitFor();
  await detail(page).getByRole('button', { name: 'Pay', exact: true }).waitFor();
  await expectNoReload(page);
});

test('an order is paid, pushed and captured by one click each, and its history tells all of it', async () => {
  const { page, emulator } = story;
  const id = await createOrder(emulatorUrl(), { merchant_reference1: 'C-1', ...pushed() });
  await openInspector(page, `${emulatorUrl()}/#orders/${id}`);
  await press(page, 'Pay');
  await told(page, 'Bought. The shopper goes to https://shop.example/done');
  await detail(page).getByText('Completed', { exact: true }).waitFor();
  expect(await emulator.order(id)).toMatchObject({ state: 'complete' });

  await press(page, 'Push');
  await told(page, 'The push was answered with 200.');
  expect(shop.received).toEqual([`POST /push?id=${id}`]);
  await detail(page).getByRole('link', { name: 'Push to the shop' }).waitFor();

  await press(page, 'Capture');
  await told(page, 'Captured: SEK');
  await rows(page).getByText('captured', { exact: true }).waitFor();
  expect((await emulator.order(id)).management?.status).toBe('CAPTURED');
  await detail(page).getByRole('button', { name: 'Capture' }).waitFor({ state: 'detached' });

  await asMerchant(emulatorUrl(), 'POST', `/ordermanagement/v1/orders/${id}/acknowledge`);
  await detail(page).getByText('Acknowledged').first().waitFor();
  await rows(page).getByText('no ack').waitFor({ state: 'detached' });
  await detail(page).getByText('Checkout order as JSON').click();
  await detail(page).getByText('"purchase_currency"').first().waitFor();
  await expectNoReload(page);
});

test('a pending purchase is decided, a rejected one stays open and expires', async () => {
  const { page, emulator } = story;
  const pending = await createOrder(emulatorUrl());
  await openInspector(page, `${emulatorUrl()}/#orders/${pending}`);
  await press(page, 'Pay, pending');
  await told(page, 'Bought, and pending.');
  await press(page, 'Accept');
  await told(page, 'The purchase is ACCEPTED now.');

  const second = await createOrder(emulatorUrl());
  await page.goto(`${emulatorUrl()}/#orders/${second}`);
  await press(page, 'Pay, pending');
  await press(page, 'Decline');
  await told(page, 'The purchase is REJECTED now.');

  const open = await createOrder(emulatorUrl());
  await page.goto(`${emulatorUrl()}/#orders/${open}`);
  await press(page, 'Pay, rejected');
  await told(page, 'rejected, as asked');
  await press(page, 'Expire');
  await told(page, 'The order has expired.');
  await detail(page).getByText('expired', { exact: true }).waitFor();
  expect(await emulator.order(open)).toMatchObject({ state: 'expired' });
});

test('what is asked is shown as it happens, and a copied command asks it again', async () => {
  const { page } = story;
  await openInspector(page, `${emulatorUrl()}/#requests`);
  await page.getByText('Nothing was asked yet.').waitFor();
  const name = `It's "quoted" $HOME \`id\` \\ ü`;
  const [line] = exampleOrder().order_lines as Record<string, unknown>[];
  const id = await createOrder(emulatorUrl(), { order_lines: [{ ...line, name }] });
  await rows(page).first().click();
  await press(page, 'Copy as curl');
  await told(page, 'copied');
  const again = await runInShell(await copied(page));
  expect(again).toContain('HTTP/1.1 201');
  const [, second] = again.split('\r\n\r\n');
  expect(JSON.parse(second ?? '').order_lines[0].name).toBe(name);
  expect(JSON.parse(second ?? '').order_id).not.toBe(id);
  await expect.poll(() => rows(page).count()).toBe(2);

  await press(page, 'Copy curl as sent');
  const asSent = await copied(page);
  expect(asSent).not.toContain('secret');
  const authorized = `AUTHORIZATION="Basic ${btoa('a:b')}"; ${asSent}`;
  expect(await runInShell(authorized)).toContain('HTTP/1.1 201');
  await expectNoReload(page);
});

test('a copied command of the iframe has the token of its order', async () => {
  const { page } = story;
  const id = await createOrder(emulatorUrl());
  await fetch(`${emulatorUrl()}/browser/orders/${id}`, { headers: { authorization: 'Bearer wrong' } });
  await openInspector(page, `${emulatorUrl()}/#requests/2`);
  await page.getByRole('heading', { name: `GET /browser/orders/${id}` }).waitFor();
  await press(page, 'Copy as curl');
  await told(page, 'copied');
  const answered = await runInShell(await copied(page));
  expect(answered).toContain('HTTP/1.1 200');
  expect(answered).toContain(id);
});

test('a refusal says why', async () => {
  const { page } = story;
  await asMerchant(emulatorUrl(), 'POST', '/checkout/v3/orders', { ...exampleOrder(), order_amount: 1 });
  await openInspector(page, `${emulatorUrl()}/#requests`);
  await page.getByLabel('Show which requests').selectOption('refused');
  await rows(page).first().click();
  await page.getByText('Why it was refused').waitFor();
  await detail(page).getByText('order_amount:').waitFor();
});

test('a callback is shown with its answer and sent once more', async () => {
  const { page, emulator } = story;
  shop.answer(500, { trouble: 'the shop is asleep' });
  const id = await createOrder(emulatorUrl(), pushed());
  await emulator.pay(id, 'approved');
  await openInspector(page, `${emulatorUrl()}/#callbacks`);
  await steer(emulatorUrl(), 'POST', `orders/${id}/push`, {});
  await rows(page).getByText('500', { exact: true }).waitFor();
  await rows(page).first().click();
  await detail(page).getByText('the shop is asleep').waitFor();

  shop.answer(200, {});
  await press(page, 'Repeat');
  await told(page, 'The shop answered 200.');
  await rows(page).getByText('200', { exact: true }).waitFor();
  expect(shop.received).toEqual([`POST /push?id=${id}`, `POST /push?id=${id}`]);
  await press(page, 'Copy as curl');
  await told(page, 'copied');
  expect(await runInShell(await copied(page))).toContain('HTTP/1.1 200');
  expect(shop.received.length).toBe(3);
  await expectNoReload(page);
});

test('the clock is moved, stopped and hurried, and pushes fall due on the way', async () => {
  const { page, emulator } = story;
  const id = await createOrder(emulatorUrl(), pushed());
  await emulator.pay(id, 'approved');
  await openInspector(page, `${emulatorUrl()}/#orders/${id}`);
  const clock = page.locator('#clock');
  const state = async () => (await steer(emulatorUrl(), 'GET', 'clock')).json();
  await clock.getByRole('button', { name: 'Freeze' }).click();
  await told(page, 'The clock stands still.');
  const before = (await state()).now;
  await clock.getByRole('button', { name: '+ 2 min' }).click();
  await told(page, 'One callback was sent on the way.');
  expect(Date.parse((await state()).now) - Date.parse(before)).toBe(120_000);
  await detail(page).getByRole('link', { name: 'Push to the shop' }).waitFor();
  for (const [name, seconds] of [
    ['+ 10 s', 10],
    ['+ 15 min', 900],
    ['+ 4 h', 14_400],
    ['+ 48 h', 172_800],
  ] as const) {
    const from = Date.parse((await state()).now);
    const moved = page.waitForResponse((response) => response.url().endsWith('/clock/advance'));
    await clock.getByRole('button', { name, exact: true }).click();
    await moved;
    expect(Date.parse((await state()).now) - from, name).toBe(seconds * 1000);
  }
  const shown = (await state()).now.slice(0, 19).replace('T', ' ');
  await clock.getByText(shown).waitFor();

  await clock.getByLabel('Speed of the clock').selectOption('60 ×');
  await told(page, 'The clock runs 60 × as fast as the wall clock.');
  await clock.getByRole('button', { name: 'Run' }).click();
  await told(page, 'The clock runs.');
  expect(await state()).toMatchObject({ frozen: false, speed: 60 });
  await expectNoReload(page);
});

test('faults are added from the shelf and by hand, count their strikes, and are removed', async () => {
  const { page } = story;
  const list = page.locator('#list');
  await openInspector(page, `${emulatorUrl()}/#faults`);
  await press(page, 'Fail the next three calls');
  await list.getByText('struck 0 of 3').waitFor();
  expect((await asMerchant(emulatorUrl(), 'GET', '/checkout/v3/orders/x')).status).toBe(500);
  await list.getByText('struck 1 of 3').waitFor();

  const field = (name: string) => page.locator(`.fault-form [name=${name}]`);
  await field('method').selectOption('GET');
  await field('path').fill('/ordermanagement/*');
  await field('effect').selectOption('delay');
  await field('ms').fill('1');
  await field('times').fill('');
  await field('skip').fill('2');
  await press(page, 'Add the rule');
  await list.getByText('struck 0 ×, for ever · let 0 of 2 through · 1 ms').waitFor();

  await field('path').fill('/nowhere');
  await press(page, 'Add the rule');
  await told(page, 'path must match something below');

  await list.getByRole('button', { name: 'Remove the rule server error' }).click();
  await list.getByText('struck 1 of 3').waitFor({ state: 'detached' });
  await press(page, 'Refuse the credentials');
  await list.getByText('unauthorized').waitFor();
  await list.getByRole('button', { name: 'Remove all' }).click();
  await list.getByText('Nothing goes wrong on purpose.').waitFor();
  expect((await asMerchant(emulatorUrl(), 'GET', '/checkout/v3/orders/x')).status).toBe(404);
  await expectNoReload(page);
});

test('every preset is a rule that the emulator takes', async () => {
  const { page } = story;
  await openInspector(page, `${emulatorUrl()}/#faults`);
  const presets = detail(page).getByRole('region', { name: 'Presets' }).getByRole('button');
  const count = await presets.count();
  for (let index = 0; index < count; index += 1) {
    await presets.nth(index).click();
    await page.locator('#list .rule').nth(index).waitFor();
  }
  expect(count).toBeGreaterThan(5);
});

test('a reset asks first, and then nothing is left', async () => {
  const { page, emulator } = story;
  await createOrder(emulatorUrl());
  await openInspector(page, emulatorUrl());
  await rows(page).first().waitFor();
  await page.locator('#reset').click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  expect(await emulator.orders()).toHaveLength(1);
  await page.locator('#reset').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click();
  await page.getByRole('heading', { name: 'No orders yet' }).waitFor();
  expect(await emulator.orders()).toEqual([]);
  await expectNoReload(page);
});

test('what a shop writes is text and nothing else', async () => {
  const { page, emulator } = story;
  const hostile = '<img src=x onerror="document.body.dataset.broken=1">"\'</script><script>1</script>';
  const [line] = exampleOrder().order_lines as Record<string, unknown>[];
  const id = await createOrder(emulatorUrl(), {
    merchant_reference1: hostile,
    order_lines: [{ ...line, name: hostile, reference: '<b>x</b>' }],
    ...pushed(),
  });
  shop.answer(200, { said: hostile });
  await emulator.pay(id, 'approved');
  await steer(emulatorUrl(), 'POST', `orders/${id}/push`, {});
  await asMerchant(emulatorUrl(), 'GET', `/checkout/v3/orders/${encodeURIComponent(hostile)}`);
  const requests = await emulator.requests();
  for (const hash of [
    `orders/${id}`,
    `requests/1`,
    `requests/${requests.length}`,
    `callbacks/${await lastCallback(emulatorUrl())}`,
    `orders/${encodeURIComponent(hostile)}`,
  ]) {
    await openInspector(page, `${emulatorUrl()}/#${hash}`);
    await detail(page).locator('h2, .hint').first().waitFor();
    expect(await page.locator('main img, main script, main b:not(.mono b)').count(), hash).toBe(0);
    expect(await page.evaluate(() => document.body.dataset.broken), hash).toBe(undefined);
  }
  await openInspector(page, `${emulatorUrl()}/#orders/${id}`);
  await page.getByRole('heading', { name: hostile }).waitFor();
  expect(story.pageErrors).toEqual([]);
});

test('all of it works without a pointer', async () => {
  const { page, emulator } = story;
  const [first, second] = [await createOrder(emulatorUrl()), await createOrder(emulatorUrl())];
  await openInspector(page, emulatorUrl());
  await rows(page).nth(1).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const focus = () =>
    page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute('href'));
  expect(await focus()).toBe('main');
  await page.keyboard.press('/');
  await page.keyboard.type(second.slice(0, 8));
  await rows(page).nth(1).waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await rows(page).nth(1).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  expect(await focus()).toBe(`#orders/${second}`);
  await page.keyboard.press('ArrowDown');
  expect(await focus()).toBe(`#orders/${first}`);
  await page.keyboard.press('Enter');
  const pay = detail(page).getByRole('button', { name: 'Pay', exact: true });
  await pay.waitFor();
  await pay.focus();
  await page.keyboard.press('Enter');
  await told(page, 'Bought.');
  expect(await emulator.order(first)).toMatchObject({ state: 'complete' });
});

test('focus stays where it is while the page changes around it', async () => {
  const { page } = story;
  const id = await createOrder(emulatorUrl(), { merchant_reference1: 'held' });
  await openInspector(page, emulatorUrl());
  await rows(page).getByText('held').waitFor();
  await rows(page).first().focus();
  await createOrder(emulatorUrl());
  await rows(page).nth(1).waitFor();
  await steer(emulatorUrl(), 'POST', `orders/${id}/pay`, {});
  await rows(page).getByText('authorized').waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe(`#orders/${id}`);
});

test('a thousand orders are searched at once and drawn in part', async () => {
  const { page } = story;
  const batch = Array.from({ length: 20 }, (_, index) => index);
  for (let start = 0; start < 1000; start += batch.length) {
    await Promise.all(
      batch.map((index) => createOrder(emulatorUrl(), { merchant_reference1: `R-${start + index}-end` })),
    );
  }
  await openInspector(page, emulatorUrl());
  await page.getByRole('button', { name: 'Show more (900 left)' }).click();
  await rows(page).nth(199).waitFor();
  expect(await rows(page).count()).toBe(200);
  await page.getByLabel('Search orders').fill('r-512-end');
  await rows(page).nth(1).waitFor({ state: 'detached' });
  expect(await rows(page).count()).toBe(1);
  await rows(page).first().click();
  await page.getByRole('heading', { name: 'R-512-end' }).waitFor();
  await press(page, 'Pay');
  await told(page, 'Bought.');
  await page.getByLabel('Search orders').fill('');
  await page.getByLabel('Show which orders').selectOption('complete');
  await rows(page).nth(1).waitFor({ state: 'detached' });
  await rows(page).getByText('R-512-end').waitFor();
  await page.getByRole('link', { name: 'Requests 500' }).waitFor();
  expect(story.pageErrors).toEqual([]);
}, 120_000);

test('the page comes back by itself when the stream breaks off', async () => {
  const { page, context } = story;
  await context.route('**/_emulator/events', (route) => route.fulfill({ status: 503, body: '' }));
  await page.goto(emulatorUrl());
  await page.getByText('Reconnecting').waitFor();
  await createOrder(emulatorUrl(), { merchant_reference1: 'made meanwhile' });
  await context.unroute('**/_emulator/events');
  await page.getByText('Live', { exact: true }).waitFor();
  await rows(page).getByText('made meanwhile').waitFor();
});

test('a hidden tab leaves its connection to others, and catches up when it is shown', async () => {
  const { page } = story;
  const show = (isShown: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, !isShown);
  await openInspector(page, emulatorUrl());
  await show(false);
  await createOrder(emulatorUrl(), { merchant_reference1: 'made meanwhile' });
  // An order made by hand is read by this page only if it still listens.
  expect(await rows(page).count()).toBe(0);
  await show(true);
  await rows(page).getByText('made meanwhile').waitFor();
  await expectNoReload(page);
});

test('an address that means nothing shows the orders', async () => {
  const { page } = story;
  await createOrder(emulatorUrl(), { merchant_reference1: 'C-1' });
  for (const hash of ['nothing', 'constructor/x', 'orders/%', '%']) {
    await page.goto('about:blank');
    await openInspector(page, `${emulatorUrl()}/#${hash}`);
    await rows(page).getByText('C-1').waitFor();
  }
  expect(story.pageErrors).toEqual([]);
});

test('on a phone the details take the place of the list, and the way back is there', async () => {
  const { page } = story;
  await page.setViewportSize({ width: 390, height: 844 });
  const id = await createOrder(emulatorUrl(), { merchant_reference1: 'C-1' });
  await openInspector(page, emulatorUrl());
  await rows(page).first().click();
  const heading = page.getByRole('heading', { name: 'C-1' });
  await heading.waitFor();
  expect(await page.locator('#list').isVisible()).toBe(false);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  await page.getByRole('link', { name: '← Orders' }).click();
  await rows(page).first().waitFor();
  expect(page.url()).not.toContain(id);
});

test('the picture of the documentation can be taken again', async () => {
  const { page, emulator } = story;
  const references = ['C-10041', 'C-10042', 'C-10043', 'C-10044', 'C-10045'];
  const ids: string[] = [];
  for (const merchant_reference1 of references) {
    ids.push(await createOrder(emulatorUrl(), { merchant_reference1, ...pushed() }));
  }
  const [bought, pending, expired] = ids as [string, string, string];
  await emulator.pay(bought, 'approved');
  await emulator.pay(pending, 'pending');
  await emulator.expire(expired);
  await emulator.advanceClock(400);
  await asMerchant(emulatorUrl(), 'POST', `/ordermanagement/v1/orders/${bought}/acknowledge`);
  await openInspector(page, `${emulatorUrl()}/#orders/${bought}`);
  await page.getByRole('heading', { name: 'C-10041' }).waitFor();
  for (const reference of references) await rows(page).getByText(reference).waitFor();
  await detail(page).getByText('acknowledge', { exact: false }).first().waitFor();
  const picture = await page.screenshot();
  if (process.env.UPDATE_PICTURE) writeFileSync(DOCUMENTED, picture);
  const sizeOf = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)];
  expect(sizeOf(picture)).toEqual(sizeOf(readFileSync(DOCUMENTED)));
});
