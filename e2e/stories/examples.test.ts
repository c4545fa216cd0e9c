/** Each shop under examples/, built and used as its reader would. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kustom, pay, untilPhase } from '../harness/element-shop';
import { type Example, serveExample } from '../harness/examples';
import type { StaticSite } from '../harness/static-site';
import { useStory } from '../harness/story';

type Shop = Example & { title: string };

const EXAMPLES: Shop[] = [
  { title: 'a plain page', name: 'html' },
  { title: 'React', name: 'react' },
  { title: 'React in development, whose effects run twice', name: 'react', mode: 'development' },
  { title: 'Vue', name: 'vue' },
  { title: 'Svelte', name: 'svelte' },
];

const story = useStory();
let sites: StaticSite[] = [];

beforeAll(async () => {
  sites = await Promise.all(EXAMPLES.map((example) => serveExample(example, story.kassa.url)));
});
afterAll(() => Promise.all(sites.map((site) => site.stop())));

describe.each(EXAMPLES)('the shop in $title', (example: Shop) => {
  test('sells what was changed beside the open iframe', async () => {
    const { page, emulator } = story;
    const watched = watch(page);
    await openCheckout(page, example);
    const orderId = await theOpenOrder();

    const iframeTotal = kustom(page).getByTestId('kco-total');
    const before = (await iframeTotal.textContent()) ?? '';
    await page.getByRole('button', { name: 'One more' }).click();
    await kustom(page).locator('[data-testid="kco-total"]', { hasNotText: before }).waitFor();
    await untilPhase(page, 'open');
    const total = amountIn(await page.locator('.total :last-child').textContent());
    expect(total).toBe(amountIn(await iframeTotal.textContent()));

    await pay(page);
    await page.waitForURL((url) => url.pathname === '/thanks');
    const heading = page.getByRole('heading', { name: /^Order \d+$/ });
    await heading.waitFor();
    const number = (await heading.textContent())?.slice('Order '.length);
    await page.getByText(`Thank you for your order ${number}`).waitFor();
    expect(amountIn(await page.locator('.total :last-child').textContent())).toBe(total);

    const order = await emulator.order(orderId);
    expect([order.state, order.order_amount]).toEqual(['complete', total]);
    expect([...story.pageErrors, ...watched.complaints]).toEqual([]);
    // The cart is an order now: the next visit begins with none.
    await page.getByRole('link', { name: 'Shop' }).click();
    await page.getByText('Nothing in it yet.').waitFor();
  });

  test('says when a change did not get through, and still sells', async () => {
    const { page, context } = story;
    await openCheckout(page, example);
    const lost = (url: URL) => url.pathname.endsWith('/set-quantity');
    await context.route(lost, (route) => route.abort());
    await page.getByRole('button', { name: 'One more' }).click();
    await page.getByRole('alert').filter({ hasText: 'The shop cannot be reached.' }).waitFor();
    await untilPhase(page, 'open');

    await context.unroute(lost);
    await page.getByRole('button', { name: 'One more' }).click();
    await page.getByText('The shop cannot be reached.').waitFor({ state: 'hidden' });
    await untilPhase(page, 'open');
    await pay(page);
    await page.getByRole('heading', { name: /^Order \d+$/ }).waitFor();
    expect(story.pageErrors).toEqual([]);
  });

  test('takes the checkout away and brings it back', async () => {
    const { page } = story;
    const watched = watch(page);
    await openCheckout(page, example);
    const orderId = await theOpenOrder();
    expect(watched.openings).toHaveLength(1);

    await page.getByRole('link', { name: 'Shop' }).click();
    await page.getByRole('button', { name: 'Add The Long Receipt' }).waitFor();
    expect(await page.locator('kustom-checkout').count()).toBe(0);
    await page.getByRole('button', { name: 'Add The Long Receipt' }).click();
    await page.getByText('The Long Receipt, paperback').waitFor();
    await page.getByRole('button', { name: 'To the checkout' }).click();
    await untilPhase(page, 'open');

    expect(await theOpenOrder()).toBe(orderId);
    expect(watched.openings).toHaveLength(2);
    expect(await page.locator('#klarna-checkout-iframe').count()).toBe(1);
    await pay(page);
    await page.getByRole('heading', { name: /^Order \d+$/ }).waitFor();
    expect([...story.pageErrors, ...watched.complaints]).toEqual([]);
  });
});

async function openCheckout(page: Page, example: Shop): Promise<void> {
  await page.goto(sites[EXAMPLES.indexOf(example)]?.url ?? '');
  await page.getByRole('button', { name: 'Add Running shoe' }).click();
  await page.getByText('Running shoe, black, size 10').waitFor();
  await page.getByRole('button', { name: 'To the checkout' }).click();
  await untilPhase(page, 'open');
}

/** What the page complains of in the console, and how often it has opened a checkout. */
function watch(page: Page): { complaints: string[]; openings: string[] } {
  const watched = { complaints: [] as string[], openings: [] as string[] };
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) watched.complaints.push(message.text());
  });
  page.on('request', (request) => {
    const isOpening = request.method() === 'POST' && request.url().endsWith('/payment/kustom');
    if (isOpening) watched.openings.push(request.url());
  });
  return watched;
}

/** At Kustom. Every story pays what it has opened, so there is no other. */
async function theOpenOrder(): Promise<string> {
  const open = (await story.emulator.orders()).filter(({ state }) => state === 'open');
  expect(open).toHaveLength(1);
  return open[0]?.order_id ?? '';
}

/** In minor units: every amount here has two decimals. */
function amountIn(text: string | null): number {
  return Number(text?.replace(/\D/g, ''));
}
