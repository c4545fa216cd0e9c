/** What the stories about the payment form stand on: the emulator alone, a plain shop, one browser, one page. */
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { launchBrowser } from './browser';
import { createEmulator, type Emulator } from './emulator';
import { type EmulatorAlone, startEmulator } from './kassa';
import { type PlainShop, servePlainShop } from './plain-shop';

export type Heard = { name: string; payload: unknown };

export type FormStory = {
  emulatorUrl: string;
  emulator: Emulator;
  shop: PlainShop;
  context: BrowserContext;
  page: Page;
  /** Uncaught errors and refusals by the Content-Security-Policy. */
  pageErrors: string[];
};

const WINDOW = { width: 1000, height: 900 };

export function useFormStory(): FormStory {
  const story = { pageErrors: [] as string[] } as FormStory;
  let browser: Browser | undefined;
  let program: EmulatorAlone | undefined;

  beforeAll(async () => {
    program = await startEmulator();
    story.emulatorUrl = program.url;
    story.emulator = createEmulator(program.url);
    story.shop = await servePlainShop(program.url);
    browser = await launchBrowser();
  });
  beforeEach(async ({ onTestFailed }) => {
    if (!browser) throw new Error('the browser did not start');
    const trace: string[] = [];
    story.pageErrors.length = 0;
    story.context = await browser.newContext({ viewport: WINDOW, locale: 'en-GB' });
    story.context.setDefaultTimeout(20_000);
    story.page = await story.context.newPage();
    story.page.on('pageerror', (error) => story.pageErrors.push(error.message));
    story.page.on('console', (message) => {
      trace.push(`${message.type()}: ${message.text()}`);
      if (message.text().includes('Content Security Policy')) story.pageErrors.push(message.text());
    });
    onTestFailed(() => {
      process.stderr.write(
        `\n--- page\n${[...story.pageErrors, ...trace].join('\n')}\n${program?.output()}\n`,
      );
    });
  });
  afterEach(() => story.context?.close());
  afterAll(async () => {
    await browser?.close();
    await story.shop?.stop();
    await program?.stop();
  });
  return story;
}

export const LINE = {
  ...{ type: 'physical', reference: 'SH005', name: 'Running shoe', quantity: 1, unit_price: 10_000 },
  ...{ tax_rate: 2500, total_amount: 10_000, total_tax_amount: 2000 },
};

/** The same goods, `quantity` times. */
export function cartOf(quantity: number): Record<string, unknown> {
  const line = { ...LINE, quantity, total_amount: 10_000 * quantity, total_tax_amount: 2000 * quantity };
  return { order_amount: line.total_amount, order_tax_amount: line.total_tax_amount, order_lines: [line] };
}

export async function createOrder(story: FormStory, members: Record<string, unknown> = {}): Promise<string> {
  const { url } = story.shop;
  const order = {
    ...{ purchase_country: 'SE', purchase_currency: 'SEK', locale: 'en-SE', ...cartOf(1) },
    merchant_urls: merchantUrls(url),
    ...members,
  };
  return ((await send(story, '', order)) as { order_id: string }).order_id;
}

export function merchantUrls(url: string): Record<string, string> {
  return {
    terms: `${url}/terms`,
    checkout: `${url}/checkout?order={checkout.order.id}`,
    confirmation: `${url}/confirmation?order={checkout.order.id}`,
    push: `${url}/push?order={checkout.order.id}`,
  };
}

export async function updateOrder(
  story: FormStory,
  orderId: string,
  members: Record<string, unknown>,
): Promise<void> {
  await send(story, `/${orderId}`, members);
}

async function send(story: FormStory, path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${story.emulatorUrl}/checkout/v3/orders${path}`, {
    method: 'POST',
    headers: { Authorization: 'Basic kco_test_api_story', 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Creates an order and opens its checkout, until the form lets the shopper in. */
export async function openForm(story: FormStory, members: Record<string, unknown> = {}): Promise<string> {
  const orderId = await createOrder(story, members);
  await story.page.goto(`${story.shop.url}/checkout?order=${orderId}`);
  await untilOpen(story.page);
  return orderId;
}

export function form(page: Page): FrameLocator {
  return page.frameLocator('#klarna-checkout-iframe');
}

export function bank(page: Page): FrameLocator {
  return page.frameLocator('#klarna-fullscreen-iframe');
}

export async function untilOpen(page: Page): Promise<void> {
  await form(page).locator('main:not([inert])').waitFor();
}

/** What the page has heard, oldest first. Also what it heard before a redirect. */
export async function heardBy(page: Page): Promise<Heard[]> {
  return page.evaluate(() => JSON.parse(sessionStorage.getItem('heard') ?? '[]'));
}

export async function untilHeard(page: Page, name: string): Promise<unknown> {
  await page.waitForFunction(
    (wanted) => (window as unknown as { heard: Heard[] }).heard.some((event) => event.name === wanted),
    name,
  );
  return (await heardBy(page)).findLast((event) => event.name === name)?.payload;
}

export async function payWithTestPerson(page: Page): Promise<void> {
  await form(page).getByTestId('kco-test-person').click();
  await form(page).getByTestId('kco-buy').click();
}

/** What the shop's page calls; the argument of `suspend` as it is documented. */
export async function suspend(page: Page, options?: { autoResume: { enabled: boolean } }): Promise<void> {
  await page.evaluate((given) => (window as unknown as Checkout).checkout.suspend(given), options);
  await form(page).locator('main[inert]').waitFor();
}

export async function resume(page: Page): Promise<void> {
  await page.evaluate(() => (window as unknown as Checkout).checkout.resume());
}

type Checkout = { checkout: { suspend: (options?: unknown) => void; resume: () => void } };
