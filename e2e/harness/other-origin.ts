/** A shop that is not ours: static files on a port of its own, bundled from npm as an integrator would. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { type StaticSite, serveFolder } from './static-site';

const SOURCE = fileURLToPath(new URL('../other-origin', import.meta.url));
const PAGES = ['/checkout', '/confirmation', '/terms'];

export type OtherOrigin = StaticSite;

export async function serveOtherOrigin(source = SOURCE): Promise<OtherOrigin> {
  const folder = await mkdtemp(join(tmpdir(), 'kassa-other-origin-'));
  await build({
    root: source,
    configFile: false,
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true, modulePreload: false, target: 'es2022' },
  });
  const site = await serveFolder(folder, PAGES);
  return {
    url: site.url,
    stop: async () => {
      await site.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
