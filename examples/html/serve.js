/** `npm run dev`: the page, at each of its addresses, and the element beside it. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const PORT = Number(process.env.PORT ?? 5173);
const PAGE = new URL('index.html', import.meta.url);
const ELEMENT = fileURLToPath(import.meta.resolve('@kassa/checkout-element/kustom-checkout.js'));
const PAGES = ['/', '/checkout', '/thanks', '/terms'];

const server = createServer(async ({ url = '/' }, response) => {
  const { pathname } = new URL(url, 'http://localhost');
  const isElement = pathname === '/kustom-checkout.js';
  if (!isElement && !PAGES.includes(pathname)) return response.writeHead(404).end();
  response.setHeader('Content-Type', isElement ? 'text/javascript' : 'text/html; charset=utf-8');
  response.end(await readFile(isElement ? ELEMENT : PAGE));
});
server.listen(PORT, '127.0.0.1', () => process.stdout.write(`The shop is at http://127.0.0.1:${PORT}\n`));
