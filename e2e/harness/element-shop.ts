/** A shop without any build: a plain HTML page, on an origin of its own, with the element's one file. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import { cartClient } from './carts';
import { REPOSITORY } from './kassa';
import { type Listening, listen } from './listening';

const NONCE = 'r4nd0m';
const ELEMENT = join(REPOSITORY, 'web/checkout-element/dist/kustom-checkout.js');
const PAGE = join(REPOSITORY, 'e2e/element-shop/index.html');
const PAGES = new Set(['/checkout', '/thanks', '/terms']);

export type ElementShop = Listening;

/** `isStrict`: with a policy that trusts no script without the nonce, and no style either. `change`: another page. */
export async function serveElementShop(
  api: string,
  emulator: string,
  isStrict = false,
  change = (html: string) => html,
): Promise<ElementShop> {
  const element = await readFile(ELEMENT);
  const html = (await readFile(PAGE, 'utf8')).replaceAll('{{api}}', api).replaceAll('{{nonce}}', NONCE);
  const page = change(html);
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${NONCE}' ${emulator}`,
    `style-src-elem 'nonce-${NONCE}'`,
    // The snippet's own container brings a style attribute.
    `style-src-attr 'unsafe-inline'`,
    `connect-src ${api}`,
    `frame-src ${emulator}`,
    `img-src data:`,
  ].join('; ');
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/kustom-checkout.js') {
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(element);
    } else if (PAGES.has(pathname)) {
      if (isStrict) response.setHeader('Content-Security-Policy', policy);
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(page);
    } else {
      response.writeHead(404).end();
    }
  });
  return listen(server);
}

/** A cart with one thing in it, as the shop's own pages would have made it. */
export async function fillCart(api: string): Promise<string> {
  const client = cartClient(api);
  const { cartId } = await client.createCart({ profileKey: 'se-webshop', locale: 'sv_SE' });
  await client.addItem(cartId, { productNumber: 'SH005-BLK-10', quantity: 1 });
  return cartId;
}

export async function untilPhase(page: Page, phase: string): Promise<void> {
  await page.locator(`kustom-checkout[phase="${phase}"]`).waitFor({ state: 'attached' });
}

export async function seenOn(page: Page): Promise<{ states: string[]; errors: string[]; updates: number[] }> {
  return page.evaluate(() => (window as unknown as { seen: never }).seen);
}

export function kustom(page: Page): FrameLocator {
  return page.frameLocator('#klarna-checkout-iframe');
}

export async function pay(page: Page): Promise<void> {
  await kustom(page).getByTestId('kco-test-person').click();
  await kustom(page).getByTestId('kco-buy').click();
}

export async function orderNumberOn(page: Page): Promise<string> {
  const order = page.locator('#order').filter({ hasText: /\S/ });
  await order.waitFor();
  return (await order.textContent()) ?? '';
}
