/** The pages that the playground shows as code, served as they stand, at a shop that has nothing else. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { REPOSITORY } from './kassa';

const ELEMENT = join(REPOSITORY, 'web/checkout-element/dist/kustom-checkout.js');
const CODE = join(REPOSITORY, 'web/playground/src/code');
const PAGES: Record<string, string> = {
  '/': 'shop.html',
  '/checkout': 'checkout.html',
  '/confirmation': 'confirmation.html',
  '/orders': 'orders.html',
};

export async function serveCodePages(api: string): Promise<{ url: string; stop: () => Promise<void> }> {
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
