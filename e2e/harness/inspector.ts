/** The inspector as a person uses it, and a merchant who gives it something to show. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const run = promisify(execFile);

/** A page that was loaded anew has forgotten this. */
const MARK = 'was not loaded anew';

export async function openInspector(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.locator('#now').waitFor();
  await page.evaluate((mark) => {
    document.body.title = mark;
  }, MARK);
}

/** Everything since [`openInspector`] was shown by the same page. */
export async function expectNoReload(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.body.title)).toBe(MARK);
}

export type OrderMembers = Record<string, unknown> & { merchant_urls?: Record<string, string> };

export function exampleOrder(members: OrderMembers = {}): Record<string, unknown> {
  const { merchant_urls, ...others } = members;
  const line = { type: 'physical', reference: 'SH005', name: 'Shoe', quantity: 1, unit_price: 10_000 };
  return {
    purchase_country: 'SE',
    purchase_currency: 'SEK',
    locale: 'sv-SE',
    order_amount: 10_000,
    order_tax_amount: 2000,
    order_lines: [{ ...line, tax_rate: 2500, total_amount: 10_000, total_tax_amount: 2000 }],
    merchant_urls: {
      terms: 'https://shop.example/terms',
      checkout: 'https://shop.example/checkout',
      confirmation: 'https://shop.example/done',
      push: 'https://shop.example/push',
      ...merchant_urls,
    },
    ...others,
  };
}

export type Answered = { status: number; body: Record<string, unknown> };

/** A call with credentials, as a shop's server makes it. */
export async function asMerchant(
  url: string,
  method: string,
  path: string,
  sent?: unknown,
): Promise<Answered> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Basic ${btoa('shop:secret')}`, 'content-type': 'application/json' },
    body: sent === undefined ? undefined : JSON.stringify(sent),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

export async function createOrder(url: string, members: OrderMembers = {}): Promise<string> {
  const created = await asMerchant(url, 'POST', '/checkout/v3/orders', exampleOrder(members));
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  return String(created.body.order_id);
}

export async function steer(url: string, method: string, path: string, sent?: unknown): Promise<Response> {
  return fetch(`${url}/_emulator/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: sent === undefined ? undefined : JSON.stringify(sent),
  });
}

/** Callbacks are counted through every reset, so no test knows their numbers. */
export async function lastCallback(url: string): Promise<number> {
  const { callbacks } = await (await steer(url, 'GET', 'callbacks')).json();
  return callbacks.at(-1).number;
}

/** What a shell makes of a copied command: what curl prints. */
export async function runInShell(command: string): Promise<string> {
  const { stdout } = await run('sh', ['-c', command.replace('curl ', 'curl --silent --show-error ')]);
  return stdout;
}

export const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

export const detail = (page: Page) => page.locator('#detail');
export const rows = (page: Page) => page.locator('#list a.row');

export async function press(page: Page, name: string): Promise<void> {
  await detail(page).getByRole('button', { name, exact: true }).click();
}

/** What came of it, as the page tells it. */
export async function told(page: Page, text: string | RegExp): Promise<void> {
  await page
    .locator('#said-text')
    .getByText(text)
    .or(page.locator('#said-text', { hasText: text }))
    .first()
    .waitFor();
}
