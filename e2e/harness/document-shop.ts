/** Shops made of a page's own blocks: a folder as `npm create vite` leaves it, with the package as `npm pack` packs it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { build, type InlineConfig, type PluginOption, preview } from 'vite';
import { REPOSITORY } from './kassa';
import { freePort } from './listening';

const run = promisify(execFile);

export type ServedShop = { url: string; stop: () => Promise<void> };

/** What the scaffold of Vite has around the component that a page tells to replace. */
export type Scaffold = { entry: string; root: string; main: string };

export const REACT: Scaffold = {
  entry: 'src/main.tsx',
  root: 'root',
  main: `import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import App from './App.tsx'
createRoot(document.getElementById('root')!).render(<StrictMode><App /></StrictMode>)
`,
};

export const VUE: Scaffold = {
  entry: 'src/main.ts',
  root: 'app',
  main: `import { createApp } from 'vue'
import App from './App.vue'
createApp(App).mount('#app')
`,
};

export async function writeScaffold(folder: string, { entry, root, main }: Scaffold): Promise<void> {
  const page = `<!doctype html><html lang="en"><head><meta charset="UTF-8" /><link rel="icon" href="data:," /></head>
<body><div id="${root}"></div><script type="module" src="/${entry}"></script></body></html>`;
  await writeAll(folder, { 'index.html': page, [entry]: main, 'package.json': '{ "type": "module" }' });
}

export async function writeAll(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

/** Packs the element as the pages say, and answers with the path of the package. */
export async function packElement(into: string): Promise<string> {
  const source = join(REPOSITORY, 'web/checkout-element');
  const { stdout } = await run('npm', ['pack', source, '--pack-destination', into, '--silent'], {
    cwd: REPOSITORY,
  });
  return join(into, stdout.trim());
}

/** What `npm install` would do, from what is on this machine: everything as installed here, but the element as packed. */
export async function installPacked(folder: string, packed: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  const element = join(modules, '@kassa/checkout-element');
  await mkdir(element, { recursive: true });
  await run('tar', ['-xzf', packed, '-C', element, '--strip-components=1']);
  const here = join(REPOSITORY, 'node_modules');
  for (const name of await readdir(here)) {
    if (name !== '@kassa' && !name.startsWith('.')) await symlink(join(here, name), join(modules, name));
  }
}

export async function serveBuilt(root: string, plugins?: PluginOption[]): Promise<ServedShop> {
  // The page's own configuration, unless it needs none.
  const config: InlineConfig = { root, logLevel: 'warn', ...(plugins && { configFile: false, plugins }) };
  await build(config);
  const server = await preview({ ...config, preview: { port: await freePort(), host: '127.0.0.1' } });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('the preview has no address');
  return { url: url.replace(/\/$/, ''), stop: () => server.close() };
}

/** A command that goes on running, such as a server: answers when it has printed an address. */
export async function startCommand(
  command: string,
  cwd: string,
  variables: Record<string, string> = {},
): Promise<ServedShop> {
  const child: ChildProcess = spawn('sh', ['-c', `exec ${command} 2>&1`], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own: npm passes no signal on to what it has started.
    detached: true,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...variables },
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await ended;
  };
  if (!child.stdout) throw new Error('the command has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /(?:https?:\/\/|"address":")([\w.]+:\d+)/.exec(line)?.[1];
    if (address) return { url: `http://${address}`, stop };
  }
  throw new Error(`\`${command}\` ended without an address`);
}
