/** A shop that is not ours: static files on a port of its own, bundled from npm as an integrator would. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const SOURCE = fileURLToPath(new URL('../other-origin', import.meta.url));
const PAGES = new Set(['/checkout', '/confirmation', '/terms']);

export type OtherOrigin = { url: string; stop: () => Promise<void> };

export async function serveOtherOrigin(source = SOURCE): Promise<OtherOrigin> {
  const folder = await mkdtemp(join(tmpdir(), 'kassa-other-origin-'));
  await build({
    root: source,
    configFile: false,
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true, modulePreload: false, target: 'es2022' },
  });
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = PAGES.has(pathname) ? '/index.html' : pathname;
    const content = await readFile(join(folder, file)).catch(() => undefined);
    response.writeHead(content ? 200 : 404, { 'Content-Type': contentType(file) });
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function contentType(file: string): string {
  return file.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8';
}
