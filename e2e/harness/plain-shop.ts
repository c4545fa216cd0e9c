/**
 * A shop of a few lines on a port of its own: a page with the snippet in it, as a server would write it, under the
 * Content-Security-Policy that docs/emulator.md recommends, and a callback that the test answers.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from './listening';

export type PlainShop = {
  url: string;
  /** The answer to `address_update`; a change refused unless a test says otherwise. */
  addressAnswer: { status: number; body: unknown };
  stop: () => Promise<void>;
};

export async function servePlainShop(emulatorUrl: string): Promise<PlainShop> {
  const shop = { addressAnswer: { status: 400, body: NO_SUCH_STREET } } as PlainShop;
  const server = createServer((request, response) => {
    answer(request, response, emulatorUrl, shop).catch((problem) => {
      response.writeHead(500).end(String(problem));
    });
  });
  return Object.assign(shop, await listen(server));
}

const NO_SUCH_STREET = { error_type: 'address_error', error_text: 'There is no such street.' };

/** Where the hosted payment page sends the shopper. */
const AFTER_HOSTED_PAGE = ['/paid', '/cart', '/cancelled'];

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  emulatorUrl: string,
  shop: PlainShop,
) {
  const { pathname, searchParams } = new URL(request.url ?? '/', shop.url);
  if (pathname === '/address') {
    response.writeHead(shop.addressAnswer.status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(shop.addressAnswer.body));
    return;
  }
  if (AFTER_HOSTED_PAGE.includes(pathname)) {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(document(''));
    return;
  }
  if (!['/checkout', '/confirmation', '/mounts'].includes(pathname)) {
    response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end();
    return;
  }
  const nonce = randomBytes(16).toString('base64');
  const snippet = await readSnippet(emulatorUrl, searchParams.get('order') ?? '');
  response.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy(nonce, emulatorUrl),
  });
  response.end(pathname === '/mounts' ? mountingPage(snippet, nonce) : page(snippet, nonce));
}

/** Also in docs/emulator.md: a change here is a change there. */
export function policy(nonce: string, emulatorUrl: string): string {
  return [
    "default-src 'self'",
    `script-src 'nonce-${nonce}' ${emulatorUrl}`,
    "style-src-attr 'unsafe-inline'",
    `frame-src ${emulatorUrl}`,
    `connect-src 'self' ${emulatorUrl}`,
    `img-src 'self' ${emulatorUrl}`,
  ].join('; ');
}

async function readSnippet(emulatorUrl: string, orderId: string): Promise<string> {
  const answered = await fetch(`${emulatorUrl}/checkout/v3/orders/${orderId}`, {
    headers: { Authorization: 'Basic kco_test_api_story' },
  });
  if (!answered.ok) throw new Error(`no order ${orderId}: ${answered.status}`);
  return ((await answered.json()) as { html_snippet: string }).html_snippet;
}

const EVENTS = [
  ...['load', 'user_interacted', 'customer', 'change', 'billing_address_change', 'shipping_address_change'],
  ...['shipping_address_update_error', 'shipping_option_change', 'order_total_change', 'checkbox_change'],
  ...['can_not_complete_order', 'network_error', 'redirect_initiated', 'load_confirmation'],
];

/** Notes every event, here and in the session: a redirect takes the page away with what it has heard. */
const LISTENING = `
  window.heard = [];
  window.listenToCheckout = () => window._klarnaCheckout((api) => {
    window.checkout = api;
    const note = (name) => (payload) => {
      window.heard.push({ name, payload });
      sessionStorage.setItem('heard', JSON.stringify(window.heard));
    };
    api.on(Object.fromEntries(${JSON.stringify(EVENTS)}.map((name) => [name, note(name)])));
  });`;

function page(snippet: string, nonce: string): string {
  const withNonce = snippet.replace('<script', `<script nonce="${nonce}"`);
  return document(`${withNonce}<script nonce="${nonce}">${LISTENING} window.listenToCheckout();</script>`);
}

/** As single-page applications do: markup first, then each script anew, as often as the component is mounted. */
function mountingPage(snippet: string, nonce: string): string {
  const content = JSON.stringify(snippet).replaceAll('<', '\\u003c');
  return document(`<div id="place"></div><script nonce="${nonce}">${LISTENING}
    window.mount = () => {
      const place = document.getElementById('place');
      place.innerHTML = ${content};
      for (const old of place.querySelectorAll('script')) {
        const copy = document.createElement('script');
        for (const { name, value } of old.attributes) copy.setAttribute(name, value);
        copy.nonce = ${JSON.stringify(nonce)};
        copy.textContent = old.textContent;
        old.replaceWith(copy);
      }
      window.listenToCheckout();
    };
  </script>`);
}

function document(body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
    <meta name="viewport" content="width=device-width, initial-scale=1"></head>
    <body><main><h1>Shop</h1><button id="elsewhere">Elsewhere</button>${body}</main></body></html>`;
}
