/** The pages that the playground shows as code, served as they stand, at a shop that has nothing else. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { REPOSITORY } from './kassa';
import { type Listening, listen } from './listening';

const ELEMENT = join(REPOSITORY, 'web/checkout-element/dist/kustom-checkout.js');
const CODE = join(REPOSITORY, 'web/playground/src/code');
const PAGES: Record<string, string> = {
  '/': 'shop.html',
  '/checkout': 'checkout.html',
  '/confirmation': 'confirmation.html',
  '/orders': 'orders.html',
};

export async function serveCodePages(api: string): Promise<Listening> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const page = PAGES[pathname];
    if (pathname === '/kustom-checkout.js') {
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(await readFile(ELEMENT));
    } else if (page) {
      const text = (await readFile(join(CODE, page), 'utf8')).replaceAll('https://kassa.example', api);
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(text);
    } else {
      response.writeHead(404).end();
    }
  });
  return listen(server);
}
