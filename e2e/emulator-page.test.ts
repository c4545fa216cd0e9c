/** docs/emulator.md is what an integrator copies from: every example of it is run, as it stands there. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BINARY, type EmulatorAlone, REPOSITORY, startEmulatorOnFreePort } from './harness/kassa';
import { policy } from './harness/plain-shop';

const run = promisify(execFile);

type Example = { language: string; code: string; section: string };

/** Under which heading, and what is printed. One for each example on the page, in its order. */
const EXPECTED: { section: string; language: string; check: (printed: string) => void }[] = [
  {
    section: 'In the tests of your project',
    language: 'js',
    check: (printed) => {
      const url = /url: '(http:\/\/127\.0\.0\.1:\d+)'/.exec(printed)?.[1];
      expect(printed).toContain(`control: '${url}/_emulator'`);
      expect(printed).toContain(`openapi: '${url}/openapi.json'`);
      expect(printed).toMatch(/seed: \d+/);
    },
  },
  {
    section: 'In the tests of your project',
    language: 'sh',
    check: (printed) => {
      const [paid, acknowledged, read] = printed.split('\n');
      expect(parse(paid)).toMatchObject({ redirect_url: 'https://shop.example/done' });
      expect(acknowledged).toBe('');
      expect(parse(read)).toMatchObject({
        status: 'AUTHORIZED',
        fraud_status: 'ACCEPTED',
        order_amount: 10_000,
      });
    },
  },
  {
    section: 'In the tests of your project',
    language: 'js',
    check: (printed) => expect(printed).toBe('AUTHORIZED PENDING\nCAPTURED\n'),
  },
  {
    section: 'In the tests of your project',
    language: 'php',
    check: (printed) => expect(printed).toBe('https://shop.example/done\ncheckout_complete\n'),
  },
  {
    section: 'Webhooks',
    language: 'sh',
    check: (printed) =>
      expect(parse(printed)).toMatchObject({
        merchant_id: 'M1',
        endpoints: [{ url: 'https://localhost/hook', types: ['order.created'], secret: expect.any(String) }],
      }),
  },
  {
    section: 'Order management',
    language: 'sh',
    check: (printed) => {
      const [captured, refunded, released, read] = printed.split('\n');
      expect([captured, refunded, released]).toEqual(['', '', '']);
      expect(parse(read)).toMatchObject({
        status: 'CAPTURED',
        captured_amount: 6000,
        refunded_amount: 1000,
        remaining_authorized_amount: 0,
      });
    },
  },
  {
    section: 'Recurring purchases and the hosted payment page',
    language: 'sh',
    check: (printed) =>
      expect(parse(printed)).toMatchObject({ order_id: expect.any(String), fraud_status: 'ACCEPTED' }),
  },
  {
    section: 'Recurring purchases and the hosted payment page',
    language: 'sh',
    check: (printed) => {
      const [session, paid] = printed.split('\n').map((line) => (line ? parse(line) : undefined));
      const id = (session as { session_id: string }).session_id;
      expect(session).toMatchObject({ redirect_url: `${emulator.url}/browser/hosted/${id}` });
      expect(paid).toMatchObject({ redirect_url: `https://shop.example/paid?session=${id}` });
    },
  },
  {
    section: 'Faults',
    language: 'sh',
    check: (printed) =>
      expect(parse(printed)).toMatchObject({
        faults: [{ effect: 'lost_answer', times: 1, skip: 0, struck: 0 }],
      }),
  },
  {
    section: 'Strictness',
    language: 'sh',
    check: (printed) =>
      expect(parse(printed)).toMatchObject({ line_total: 'within_quantity', first_push_after_ms: 5000 }),
  },
  {
    section: 'The clock and snapshots',
    language: 'sh',
    check: (printed) =>
      expect(parse(printed)).toMatchObject({ now: expect.any(String), frozen: false, speed: 1 }),
  },
  {
    section: 'The clock and snapshots',
    language: 'sh',
    check: (printed) => expect(printed).toMatch(/^\{.*\}$/),
  },
];

const page = await readFile(join(REPOSITORY, 'docs/emulator.md'), 'utf8');
const blocks = examplesOf(page);
const examples = blocks.filter(({ language }) => language !== '');

let folder: string;
let emulator: EmulatorAlone;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kassa-e2e-'));
  emulator = await startEmulatorOnFreePort();
});

// An example owes nothing to those before it. Time that moves on would push their orders to shops that are not there.
beforeEach(async () => {
  await fetch(`${emulator.url}/_emulator/reset`, { method: 'POST' });
});

afterAll(async () => {
  await emulator?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('the page has these examples and no others', () => {
  const found = examples.map(({ section, language }) => `${section}: ${language}`);
  expect(found).toEqual(EXPECTED.map(({ section, language }) => `${section}: ${language}`));
});

describe.each(EXPECTED.map((expected, index) => ({ ...expected, index })))(
  'example $index, $language under "$section"',
  ({ index, check }) => {
    test('does what the page says', async () => {
      const example = examples[index];
      if (!example) throw new Error('the page has no such example');
      check(await printedBy(example));
    });
  },
);

test('the policy on the page is the one under which the form is tested', () => {
  const onPage = blocks
    .find(({ language }) => language === '')
    ?.code.replaceAll(/\s+/g, ' ')
    .trim();
  expect(policy('…', 'http://127.0.0.1:3301')).toBe(`default-src 'self'; ${onPage}`);
});

/** A program that fails, or says anything on its standard error, throws with what it said. */
async function printedBy({ language, code }: Example): Promise<string> {
  const file = join(folder, `example.${language === 'js' ? 'mjs' : language}`);
  await writeFile(file, code);
  const program = { js: [process.execPath], sh: ['sh', '-eu'], php: [process.env.PHP ?? 'php'] }[language];
  if (!program) throw new Error(`nothing here runs ${language}`);
  const [command = '', ...options] = program;
  const env = {
    ...process.env,
    EMULATOR: emulator.url,
    PATH: `${dirname(BINARY)}${delimiter}${process.env.PATH}`,
  };
  const { stdout, stderr } = await run(command, [...options, file], { cwd: folder, env });
  expect(stderr).toBe('');
  return stdout;
}

function examplesOf(text: string): Example[] {
  const found: Example[] = [];
  let section = '';
  let open: Example | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) {
      if (open) found.push(open);
      open = open ? undefined : { language: line.slice(3), code: '', section };
    } else if (open) open.code += `${line}\n`;
    else if (/^##+ /.test(line)) section = line.replace(/^#+ /, '');
  }
  if (open) throw new Error(`an example under "${open.section}" never ends`);
  return found;
}

function parse(text: string | undefined): unknown {
  return JSON.parse(text ?? '');
}
