/**
 * The document of the API, taken at its word: Schemathesis makes thousands of requests from it, good and bad ones, and
 * looks whether each answer is one that the document names.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cartClient, cartIn } from './harness/carts';
import { type Kassa, startKassa } from './harness/kassa';

/** The same requests each time. */
const SEED = '20260601';
const SECONDS = '45';
const CHECKS =
  'not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance';

let kassa: Kassa;
let folder: string;

beforeAll(async () => {
  kassa = await startKassa();
  folder = await mkdtemp(join(tmpdir(), 'kassa-openapi-'));
});

afterAll(async () => {
  await kassa?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('every answer is one that the document names, and none is a fault of ours', {
  timeout: 180_000,
}, async () => {
  const schemathesis = process.env.SCHEMATHESIS;
  if (!schemathesis) {
    throw new Error(
      'SCHEMATHESIS is not set: run `cargo xtask test e2e`, which installs it and says where it is',
    );
  }
  // Without a cart that exists, every request about one would be the same 404.
  await writeFile(
    join(folder, 'schemathesis.toml'),
    `[parameters]\n"path.cart_id" = "${await filledCart()}"\n`,
  );
  const run = await output(schemathesis, [
    ...['run', `${kassa.url}/openapi.json`, '--checks', CHECKS],
    ...['--phases', 'examples,coverage,fuzzing'],
    // A stream of events never ends, and is tested elsewhere.
    ...['--exclude-operation-id', 'streamCartEvents'],
    ...['--seed', SEED, '--max-examples', '30', '--max-time', SECONDS, '--continue-on-failure'],
    ...['--warnings', 'off', '--suppress-health-check', 'all', '--no-color'],
  ]);
  expect(run.text).toContain('Test cases:');
  expect(run.code, run.text).toBe(0);
});

async function filledCart(): Promise<string> {
  const client = cartClient(kassa.url);
  const created = await client.createCart({ profileKey: 'se-webshop', locale: 'sv_SE' });
  if (!('cartId' in created)) {
    throw new Error(`no cart: ${JSON.stringify(created)}`);
  }
  cartIn(await client.addItem(created.cartId, { productNumber: 'SH005-BLK-10', quantity: 2 }));
  return created.cartId;
}

function output(program: string, commandLine: string[]): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, commandLine, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const keep = (chunk: Buffer) => {
      text += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text }));
  });
}
