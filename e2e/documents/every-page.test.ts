/** Whoever adds a page, or the first block to one, has to say which test runs what readers copy from it. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parseDocument } from '../harness/document';
import { REPOSITORY } from '../harness/kassa';
import { filesOfRepository } from '../harness/repository';

/** The test that takes every block of a page, or compares it, and fails for one that is left. */
const RUN_BY: Record<string, string> = {
  'CONTRIBUTING.md': 'e2e/documents/readme.test.ts',
  'README.md': 'e2e/documents/readme.test.ts',
  'docs/catalogue.md': 'e2e/documents/readme.test.ts',
  'docs/csp.md': 'e2e/documents/csp.test.ts',
  'docs/emulator.md': 'e2e/emulator-page.test.ts',
  'docs/going-live.md': 'crates/server/tests/check_command/page.rs',
  'docs/five-minutes.md': 'e2e/documents/five-minutes.test.ts',
  'docs/moving.md': 'e2e/documents/moving.test.ts',
  'docs/storefront.md': 'e2e/documents/readme.test.ts',
  'docs/timeline.md': 'e2e/documents/timeline.test.ts',
  'docs/troubleshooting.md': 'e2e/documents/troubleshooting.test.ts',
  ...Object.fromEntries(
    ['html', 'react', 'svelte', 'vue'].map((name) => [
      `examples/${name}/README.md`,
      'e2e/documents/examples.test.ts',
    ]),
  ),
  'web/checkout-element/README.md': 'e2e/documents/element-readme.test.ts',
};

/** Blocks without a language are pictures of folders and of diagrams: nothing to run. */
const isToRun = ({ language }: { language: string }) => language !== '';

const files = await filesOfRepository();
const tracked = files.filter((path) => path.endsWith('.md'));
const pages = await Promise.all(
  tracked.map(async (path) => ({ path, text: await readFile(join(REPOSITORY, path), 'utf8') })),
);

test('every page with something to copy is run by a test', () => {
  const withBlocks = pages.filter(({ text }) => parseDocument(text).blocks.some(isToRun));
  const unknown = withBlocks.map(({ path }) => path).filter((path) => !(path in RUN_BY));
  expect(unknown).toEqual([]);
});

test.each(Object.entries(RUN_BY))('%s is read by %s', async (path, by) => {
  expect(tracked).toContain(path);
  expect(await readFile(join(REPOSITORY, by), 'utf8')).toContain(path);
});

/** As GitHub makes them of headings. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading ?? '');
  const toAnchor = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
  return new Set(headings.map(toAnchor));
}

test('every link between the pages leads somewhere', async () => {
  const paths = new Set(files.flatMap((file) => [file, ...foldersOf(file)]));
  const texts = new Map(pages.map(({ path, text }) => [path, text]));
  const dead: string[] = [];
  for (const { path, text } of pages) {
    const prose = [...parseDocument(text).prose.values()].join('\n');
    for (const [, link = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file).replace(/\/$/, '');
      const isThere = paths.has(target) && (!anchor || anchorsOf(texts.get(target) ?? '').has(anchor));
      if (!isThere) dead.push(`${path}: ${link}`);
    }
  }
  expect(dead).toEqual([]);
});

function foldersOf(file: string): string[] {
  const parts = file.split('/');
  return parts.slice(0, -1).map((_part, index) => parts.slice(0, index + 1).join('/'));
}
