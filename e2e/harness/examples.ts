/** The shops under examples/, each built as its own README says and served on an origin of its own. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from './kassa';
import { type StaticSite, serveFolder } from './static-site';

const PAGES = ['/', '/checkout', '/thanks', '/terms'];
const ELEMENT = join(REPOSITORY, 'web/checkout-element/dist/kustom-checkout.js');
const VITE = join(REPOSITORY, 'node_modules/vite/bin/vite.js');
/** Where `kassa dev` is, and what the examples say. */
const DEFAULT_API = 'http://127.0.0.1:3300';

/** `mode`: in development, React runs effects twice, and all three warn of more. */
export type Example = { name: string; mode?: 'production' | 'development' };

export async function serveExample({ name, mode }: Example, api: string): Promise<StaticSite> {
  const folder = await mkdtemp(join(tmpdir(), `kassa-example-${name}-`));
  if (name === 'html') await copyPage(folder, api);
  else await buildExample(name, mode ?? 'production', folder, api);
  const site = await serveFolder(folder, PAGES);
  return {
    url: site.url,
    stop: async () => {
      await site.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function copyPage(folder: string, api: string): Promise<void> {
  const page = await readFile(join(REPOSITORY, 'examples/html/index.html'), 'utf8');
  if (!page.includes(DEFAULT_API)) throw new Error('the page names no server');
  await writeFile(join(folder, 'index.html'), page.replaceAll(DEFAULT_API, api));
  await copyFile(ELEMENT, join(folder, 'kustom-checkout.js'));
}

/** In a process of its own, because whoever builds for production must not be in a test. */
async function buildExample(name: string, mode: string, folder: string, api: string): Promise<void> {
  await promisify(execFile)(process.execPath, [VITE, 'build', '--mode', mode, '--outDir', folder], {
    cwd: join(REPOSITORY, 'examples', name),
    env: { ...process.env, NODE_ENV: mode, VITE_KASSA_URL: api },
  });
}
