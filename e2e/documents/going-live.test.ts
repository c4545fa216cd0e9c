/** The proxies of docs/going-live.md, read by the real programs where they are installed. The rest of the page is run in Rust. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDocument } from '../harness/document';

const run = promisify(execFile);
const page = await readDocument('docs/going-live.md');
const LETS_ENCRYPT = '/etc/letsencrypt/live/checkout.shop.example';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kassa-proxies-'));
});
afterAll(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** Nothing to add where the program is not on this machine: what the text leads to is looked at in any case. */
async function validate(program: string, args: string[]): Promise<void> {
  await run(program, args, { cwd: folder }).catch((problem) => {
    if (problem.code !== 'ENOENT') throw problem;
  });
}

test('Caddy takes its configuration', async () => {
  const { code } = page.take('The proxy', 'caddy');
  expect(code).toContain('reverse_proxy 127.0.0.1:3300');
  await writeFile(join(folder, 'Caddyfile'), code);
  await validate('caddy', ['validate', '--adapter', 'caddyfile', '--config', 'Caddyfile']);
});

test('nginx takes its configuration', async () => {
  const { code } = page.take('The proxy', 'nginx');
  expect(code).toContain('proxy_pass http://127.0.0.1:3300;');
  const here = code.replaceAll(LETS_ENCRYPT, folder);
  const around = `pid ${folder}/pid; error_log stderr; events {} http { access_log off;\n${here}}\n`;
  await writeFile(join(folder, 'nginx.conf'), around);
  await writeCertificate();
  await validate('nginx', ['-t', '-c', join(folder, 'nginx.conf')]);
});

async function writeCertificate(): Promise<void> {
  const [key, certificate] = [join(folder, 'privkey.pem'), join(folder, 'fullchain.pem')];
  const options = [
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=checkout.shop.example',
    '-days',
    '1',
  ];
  await validate('openssl', ['req', ...options, '-keyout', key, '-out', certificate]);
}
