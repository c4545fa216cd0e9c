/** What `npm pack` makes of the element, in the hands of somebody who has nothing else of this repository. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY } from './harness/kassa';

const ELEMENT = join(REPOSITORY, 'web/checkout-element');
const SDK = join(REPOSITORY, 'node_modules/@hantera/storefront-sdk');
const TSC = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
const run = promisify(execFile);

let folder: string;
let tarball: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kassa-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ELEMENT });
  // The script before packing prints its own line first.
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [{ filename: string }];
  tarball = join(folder, packed.filename);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the package', () => {
  test('has nothing that a bundler or a runtime would stumble over', async () => {
    const data = await readFile(tarball);
    const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(data).buffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test('has types that every way of resolving modules finds', async () => {
    const packed = createPackageFromTarballData(new Uint8Array(await readFile(tarball)));
    const result = await checkPackage(packed, { excludeEntrypoints: [/json$/] });
    if (!result.types) throw new Error('the package has no types');
    // Modules only, and no folders for the way of Node 10, which knows no list of exports.
    const accepted = ['CJSResolvesToESM', 'NoResolution node10'];
    const told = result.problems.map((problem) =>
      problem.kind === 'NoResolution' ? `${problem.kind} ${problem.resolutionKind}` : problem.kind,
    );
    expect(told.filter((problem) => !accepted.includes(problem))).toEqual([]);
  });
});

describe('a project that has only the element', () => {
  let project: string;

  beforeAll(async () => {
    project = await install('element', [tarball]);
  });

  test('got nothing else along with it, and its licence', async () => {
    expect(await readdir(join(project, 'node_modules'))).toEqual(['.package-lock.json', '@kassa']);
    const files = await readdir(join(project, 'node_modules/@kassa/checkout-element'));
    expect(files.toSorted().join(' ')).toBe('LICENSE README.md custom-elements.json dist package.json');
  });

  test('imports it where there is no document', async () => {
    const entries = ['', '/react', '/svelte', '/vue', '/kustom-checkout.js'];
    const program = `
      for (const entry of ${JSON.stringify(entries)}) {
        const { KustomCheckoutElement, CheckoutError } = await import('@kassa/checkout-element' + entry);
        console.log(KustomCheckoutElement.observedAttributes.length, new CheckoutError('PAYING').code);
      }`;
    expect(await runInNode(project, program)).toBe('6 PAYING\n'.repeat(entries.length));
  });

  test.each(['bundler', 'nodenext'])('is checked strictly, resolving by %s', async (resolution) => {
    await typecheck(project, resolution, WITH_ELEMENT);
  });
});

describe('a project that shows everything itself', () => {
  let project: string;

  beforeAll(async () => {
    project = await install('client', [tarball, SDK]);
  });

  test('imports the client where there is no document', async () => {
    const program = `
      const { CheckoutClient, readWay } = await import('@kassa/checkout-element/client');
      console.log(typeof CheckoutClient, readWay('https://shop.example/?cart=1').cartId);`;
    expect(await runInNode(project, program)).toBe('function 1\n');
  });

  test.each(['bundler', 'nodenext'])('is checked strictly, resolving by %s', async (resolution) => {
    await typecheck(project, resolution, WITH_CLIENT);
  });
});

/** Uses what the README promises, and one thing that the types must refuse. */
const WITH_ELEMENT = `
import { type Cart, CheckoutError, KustomCheckoutElement } from '@kassa/checkout-element';

// A shop that once followed the documented sample has this already.
declare global {
  interface Window {
    _klarnaCheckout?: (callback: (api: { suspend(): void; resume(): void }) => void) => void;
  }
}

const element = document.querySelector('kustom-checkout') ?? document.createElement('kustom-checkout');
const same: KustomCheckoutElement = element;
same.cartId = undefined;
same.baseUrl = 'https://shop.example';
// @ts-expect-error: an attribute is text.
same.termsUrl = 3;

element.addEventListener('kustom-completed', ({ detail }) => show(detail.cart));
element.addEventListener('kustom-error', ({ detail }) => detail.wayOut satisfies string);
element.addEventListener('kustom-option', ({ detail }) => detail.price?.toFixed());
document.addEventListener('kustom-state', (event) => event.type);

function show({ orderNumber, items }: Cart): [string, number | undefined] {
  return [orderNumber, items[0]?.quantity];
}

export async function change(): Promise<number> {
  try {
    return await element.update(async () => 3);
  } catch (problem) {
    return problem instanceof CheckoutError && problem.code === 'PAYING' ? 0 : 1;
  }
}

export const phase: 'open' | undefined = element.state.phase === 'open' ? element.state.phase : undefined;
`;

const WITH_CLIENT = `
import { createCartClient, type Cart as PublishedCart } from '@hantera/storefront-sdk/cart';
import { CheckoutClient, checkoutUrls, readWay } from '@kassa/checkout-element/client';

const { cartId = '', isBack } = readWay(location.href, 'mine');
const urls = checkoutUrls(location.href, cartId, { termsUrl: '/terms', checkoutUrl: undefined, confirmationUrl: '/thanks' });
const container = document.createElement('div');
const carts = createCartClient({ baseUrl: 'https://shop.example' });
export const checkout = new CheckoutClient({
  baseUrl: 'https://shop.example', cartId, isBack, urls, container, carts,
  onCompleted: (cart) => show(cart),
});
checkout.start();
export const changed = checkout.change((client) => client.addCoupon(cartId, 'SUMMER2026'));

function show(cart: PublishedCart): string {
  return cart.orderNumber;
}
// @ts-expect-error: it cannot be told from which page it is.
new CheckoutClient({ baseUrl: 'https://shop.example', cartId, container });
`;

/** An empty project with these packages, from files alone. */
async function install(name: string, packages: string[]): Promise<string> {
  const project = join(folder, name);
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  await run('npm', ['install', '--offline', '--install-links', '--no-audit', '--no-fund', ...packages], {
    cwd: project,
  });
  return project;
}

async function runInNode(project: string, program: string): Promise<string> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: project,
  });
  return stdout;
}

/** With the declarations of the packages themselves checked, too. */
async function typecheck(project: string, resolution: string, program: string): Promise<void> {
  await writeFile(join(project, 'main.ts'), program);
  const module = resolution === 'nodenext' ? 'nodenext' : 'esnext';
  const options = ['--module', module, '--moduleResolution', resolution, '--target', 'es2022', '--strict'];
  const more = ['--noEmit', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--types', ''];
  const checked = run(process.execPath, [TSC, ...options, ...more, 'main.ts'], { cwd: project });
  const said = await checked.catch((failed: { stdout: string }) => failed);
  expect(said.stdout).toBe('');
}
