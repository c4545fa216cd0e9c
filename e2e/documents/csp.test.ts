/** docs/csp.md: the header as it stands there, a purchase under it, and every directive broken once. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createShell, isPrintedAs, readDocument, readdress, type Shell } from '../harness/document';
import { fillCart, pay, untilPhase } from '../harness/element-shop';
import { REPOSITORY } from '../harness/kassa';
import { listen } from '../harness/listening';
import { useStory } from '../harness/story';

type Violation = { directive: string; blocked: string };
type Served = { header: string; html: string; script: string | Buffer };

const story = useStory();
const doc = await readDocument('docs/csp.md');
const policyBlock = doc.take('The header', 'http', 'policy');
const pageBlock = doc.take('The header', 'html');
let folder: string;
let shell: Shell;
let element: Buffer;
let url: string;
let served: Served;
let reports: string[];
let violations: Violation[];
let closeServer: () => Promise<void>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kassa-csp-'));
  shell = createShell(folder, addresses());
  element = await readFile(join(REPOSITORY, 'web/checkout-element/dist/kustom-checkout.js'));
  const server = createServer((request, response) => {
    const nonce = randomBytes(16).toString('base64');
    const fill = (text: string) => readdress(text, { ...addresses(), '{nonce}': nonce });
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/kustom-checkout.js' || pathname === '/main.js') {
      response.setHeader('Content-Type', 'text/javascript');
      response.end(served.script);
    } else if (pathname === '/csp-reports') {
      request.setEncoding('utf8').on('data', (text) => reports.push(text));
      request.on('end', () => response.writeHead(200).end());
    } else {
      const [name = '', value = ''] = oneLine(served.header);
      response.setHeader(name, fill(value));
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(fill(served.html));
    }
  });
  ({ url, stop: closeServer } = await listen(server));
});
beforeEach(async () => {
  served = { header: policyBlock.code, html: pageBlock.code, script: element };
  reports = [];
  violations = [];
  await listenToViolations(story.page);
});
afterAll(async () => {
  await closeServer?.();
  if (folder) await rm(folder, { recursive: true, force: true });
});

function addresses(): Record<string, string> {
  return { 'http://127.0.0.1:3300': story.kassa.url, 'http://127.0.0.1:3301': story.kassa.emulatorUrl };
}

function oneLine(block: string): [string, string] {
  const text = block.replaceAll(/\s+/g, ' ').trim();
  const colon = text.indexOf(': ');
  return [text.slice(0, colon), text.slice(colon + 2)];
}

async function listenToViolations(page: Page): Promise<void> {
  await page.exposeFunction('noteViolation', (violation: Violation) => violations.push(violation));
  await page.addInitScript(() => {
    if (window !== window.top) return;
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      const { noteViolation } = window as unknown as { noteViolation: (violation: unknown) => void };
      noteViolation({ directive: effectiveDirective, blocked: blockedURI });
    });
  });
}

async function openCheckout(): Promise<string> {
  const cartId = await fillCart(story.kassa.url);
  await story.page.goto(`${url}/checkout?cart=${cartId}`);
  return cartId;
}

async function untilViolation(directive: string): Promise<Violation> {
  await expect.poll(() => violations.map((violation) => violation.directive)).toContain(directive);
  return violations.find((violation) => violation.directive === directive) as Violation;
}

async function buy(): Promise<void> {
  await untilPhase(story.page, 'open');
  await pay(story.page);
  await untilPhase(story.page, 'done');
}

/** The header of the page with one of its words taken out. */
function without(word: string): string {
  const changed = policyBlock.code.replace(word, '');
  expect(changed).not.toBe(policyBlock.code);
  return changed;
}

test('under the header of the page a purchase goes through, and nothing is violated', async () => {
  await openCheckout();
  await buy();
  expect(violations).toEqual([]);
  expect(story.pageErrors).toEqual([]);
});

test('the inventory has every script of the page, and no others', async () => {
  const loaded = new Set<string>();
  story.page.on('request', (request) => {
    const isOfPage = request.frame() === story.page.mainFrame();
    if (request.resourceType() === 'script' && isOfPage) loaded.add(new URL(request.url()).origin);
  });
  await openCheckout();
  await untilPhase(story.page, 'open');
  const scripts = await story.page.evaluate(() =>
    [...document.scripts].map(({ src }) => (src ? new URL(src).origin : 'inline')),
  );
  expect(new Set(scripts)).toEqual(new Set([url, 'inline', story.kassa.emulatorUrl]));
  expect(scripts.length).toBe(3);
  expect(loaded).toEqual(new Set([url, story.kassa.emulatorUrl]));
  const rows = doc.prose('The script inventory').match(/^\| (?!script|---)/gm);
  expect(rows?.length).toBe(scripts.length);
});

test.each([
  { word: "'nonce-{nonce}'", directive: 'script-src-elem' },
  { word: "style-src-attr 'unsafe-inline';", directive: 'style-src-attr' },
  { word: 'connect-src http://127.0.0.1:3300;', directive: 'connect-src' },
  { word: 'frame-src http://127.0.0.1:3301;', directive: 'frame-src' },
])('without $word the browser reports $directive', async ({ word, directive }) => {
  served.header = without(word);
  await openCheckout();
  await untilViolation(directive);
  expect(doc.prose('What each directive is for')).toContain(`\`${directive}\``);
});

/** The emulator's snippet hands the nonce on to what it loads; Kustom is not known to, hence its host in the policy. */
test('without Kustom’s host, a snippet that keeps the nonce to itself loads nothing', async () => {
  await story.page.route('**/payment/kustom', async (route) => {
    const answer = await route.fetch();
    const text = await answer.text();
    expect(text).toContain('bootstrap.nonce = script.nonce');
    await route.fulfill({ response: answer, body: text.replace('bootstrap.nonce = script.nonce', '0') });
  });
  await openCheckout();
  await buy();
  expect(violations).toEqual([]);

  served.header = without(' http://127.0.0.1:3301');
  await openCheckout();
  const { blocked } = await untilViolation('script-src-elem');
  expect(blocked).toContain(story.kassa.emulatorUrl);
});

test('what is not the shop’s own is stopped: scripts, bases, forms, frames', async () => {
  const { page } = story;
  await openCheckout();
  await untilPhase(page, 'open');
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.isStolen = true';
    const base = document.createElement('base');
    base.href = 'https://thief.example/';
    const form = document.createElement('form');
    form.action = 'https://thief.example/';
    document.body.append(script, base, form);
    form.submit();
  });
  for (const directive of ['script-src-elem', 'base-uri', 'form-action']) await untilViolation(directive);
  expect(await page.evaluate(() => 'isStolen' in window)).toBe(false);

  const refused = page.waitForEvent('console', {
    predicate: (said) => said.text().includes('frame-ancestors'),
  });
  served.header = 'X-Nothing: 1';
  await page.goto(`${url}/elsewhere`);
  served.header = policyBlock.code;
  await page.evaluate((framed) => {
    const frame = document.createElement('iframe');
    frame.src = framed;
    document.body.append(frame);
  }, `${url}/checkout`);
  await refused;
});

test('the guide’s own program sells under the same header, with the line of the page', async () => {
  const { page } = story;
  const guide = (await readDocument('docs/storefront.md')).take('Kassa in your storefront', 'js').code;
  const anchor = "    const copy = document.createElement('script');\n";
  expect(guide).toContain(anchor);
  await writeFile(
    join(folder, 'main.js'),
    guide.replace(anchor, `${anchor}${doc.take('Without the element', 'js').code}`),
  );
  await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: join(folder, 'main.js') },
    },
  });
  const [output] = 'output' in built ? built.output : [];
  if (output?.type !== 'chunk') throw new Error('the program was not bundled');
  served.script = output.code;
  served.html = pageBlock.code
    .replace('/kustom-checkout.js', '/main.js')
    .replace(
      /<kustom-checkout[\s\S]*<\/kustom-checkout>/,
      '<p id="status"></p><div id="kustom-checkout"></div>',
    );
  await page.goto(`${url}/checkout?api=${encodeURIComponent(story.kassa.url)}`);
  await pay(page);
  await page.locator('#status', { hasText: 'Thank you, order' }).waitFor();
  expect(violations).toEqual([]);
});

test('report-only blocks nothing, and reports what the page says', async () => {
  served.header = doc.take('Rolling it out', 'http').code;
  await openCheckout();
  await buy();
  const quoted = '"effective-directive":"frame-src"';
  expect(doc.prose('Rolling it out')).toContain(quoted);
  await expect.poll(() => reports.join('\n')).toContain(quoted);
});

test('with its hash the element runs, and changed by a byte it does not', async () => {
  await writeFile(join(folder, 'kustom-checkout.js'), element);
  const hash = await shell.run(doc.take('A hash for the element', 'sh').code);
  expect(hash).toBe(createHash('sha384').update(element).digest('base64'));
  served.html = pageBlock.code.replace('nonce="{nonce}"', `nonce="{nonce}" integrity="sha384-${hash}"`);
  await openCheckout();
  await untilPhase(story.page, 'open');

  served.script = `${element} `;
  const refused = story.page.waitForEvent('console', {
    predicate: (said) => said.text().includes('integrity'),
  });
  await openCheckout();
  await refused;
  expect(await story.page.locator('kustom-checkout[phase]').count()).toBe(0);
});

test('the commands of the page show the hosts of a snippet, and what to compare week by week', async () => {
  const cartId = await fillCart(story.kassa.url);
  const hosts = await shell.run(doc.take('Playground and live', 'sh').code, { CART: cartId });
  expect(isPrintedAs(hosts, doc.take('Playground and live', 'text', 'output').code), hosts).toBe(true);

  const { code } = doc.take('PCI DSS and SAQ A', 'sh');
  const first = await shell.run(code, { PAGE: `${url}/checkout` });
  expect(first).toMatch(/^Content-Security-Policy: default-src 'none'; script-src 'nonce' /im);
  expect(first).toContain('<script type="module" src="/kustom-checkout.js" nonce');
  expect(await shell.run(code)).toBe(first);
  served.html = pageBlock.code.replace('</body>', '<script src="https://thief.example/"></script></body>');
  expect(await shell.run(code)).not.toBe(first);
});

/** Nobody can buy under them here; that they are well formed and differ from the tested one only in words can be seen. */
test.each(['playground', 'live'])('the header for %s has the directives of the tested one', (mark) => {
  const directives = (block: string) =>
    oneLine(block)[1]
      .split(';')
      .map((directive) => directive.trim().split(' ')[0])
      .filter((name) => name !== 'style-src-attr');
  const { code } = doc.take('Playground and live', 'http', mark);
  expect(directives(code)).toEqual(directives(policyBlock.code));
  expect(code).not.toContain('127.0.0.1');
});

test('nothing on the page is left untried', () => {
  expect(doc.untaken()).toEqual([]);
});
