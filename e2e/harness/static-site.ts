/** A folder of built files on a port of its own, as the simplest web server gives them. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { type Listening, listen } from './listening';

export type StaticSite = Listening;

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
};

/** `pages` are the paths at which the one page lies: a router in it tells them apart. */
export async function serveFolder(folder: string, pages: readonly string[]): Promise<StaticSite> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = pages.includes(pathname) ? '/index.html' : pathname;
    const content = await readFile(join(folder, file)).catch(() => undefined);
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    response.writeHead(content ? 200 : 404, { 'Content-Type': type }).end(content);
  });
  return listen(server);
}
