/**
 * A page of the documentation and its fenced blocks, so that tests run what integrators copy.
 *
 * The first word after the fence is the language; what follows are marks for the tests, which a reader of the page never sees:
 * `file=NAME` is a file of that name, `output` what the block before it prints (`…` stands for anything), `start` a
 * program that goes on running, `stand-in` a command that needs the network or a compiler and is only looked up.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { BINARY, REPOSITORY } from './kassa';

const run = promisify(execFile);

export type Block = {
  language: string;
  marks: string[];
  code: string;
  /** The heading above it. */
  section: string;
  line: number;
};

export type DocumentPage = {
  path: string;
  text: string;
  blocks: Block[];
  /** The next block of this section that no test has taken. A mark narrows it down. */
  take: (section: string, language: string, mark?: string) => Block;
  /** The text under a heading, without its blocks. */
  prose: (section: string) => string;
  /** Where the blocks are that no test has taken. */
  untaken: () => string[];
};

export async function readDocument(path: string): Promise<DocumentPage> {
  const text = await readFile(join(REPOSITORY, path), 'utf8');
  const { blocks, prose } = parseDocument(text);
  const rest = new Set(blocks);
  return {
    path,
    text,
    blocks,
    take: (section, language, mark) => {
      const fits = (block: Block) =>
        block.section === section && block.language === language && (!mark || block.marks.includes(mark));
      const found = [...rest].find(fits);
      if (!found) throw new Error(`${path} has no further ${language} ${mark ?? ''} under "${section}"`);
      rest.delete(found);
      return found;
    },
    prose: (section) => {
      const found = prose.get(section);
      if (found === undefined) throw new Error(`${path} has no heading "${section}"`);
      return found;
    },
    untaken: () => [...rest].map(({ line, language }) => `${path}:${line} ${language}`),
  };
}

export function parseDocument(text: string): { blocks: Block[]; prose: Map<string, string> } {
  const blocks: Block[] = [];
  const prose = new Map<string, string>();
  let section = '';
  let open: Block | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trimStart().startsWith('```')) {
      if (open) blocks.push(open);
      open = open ? undefined : beginBlock(line, section, index + 1);
    } else if (open) {
      open.code += `${line}\n`;
    } else {
      section = headingIn(line) ?? section;
      prose.set(section, `${prose.get(section) ?? ''}${line}\n`);
    }
  }
  if (open) throw new Error(`the block in line ${open.line} never ends`);
  return { blocks, prose };
}

function headingIn(line: string): string | undefined {
  return /^#+ (.*)/.exec(line)?.[1];
}

function beginBlock(fence: string, section: string, line: number): Block {
  const [language = '', ...marks] = fence.trim().slice(3).split(/\s+/);
  return { language, marks, code: '', section, line };
}

/** A shell that lives as long as a page: what one block sets, the next one has. */
export type Shell = {
  run: (code: string, variables?: Record<string, string>) => Promise<string>;
};

const STATE = '.shell-state';

/** `addresses` says what stands for the addresses on the page, whose ports are taken on a busy machine. */
export function createShell(folder: string, addresses: Record<string, string>): Shell {
  const env = { ...process.env, PATH: `${dirname(BINARY)}:${process.env.PATH}` };
  return {
    run: async (code, variables = {}) => {
      const file = join(folder, '.block.sh');
      const before = `set -aeu\n[ ! -f ${folder}/${STATE} ] || . ${folder}/${STATE}\n`;
      const given = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
      const after = `\nexport -p | grep -v ' PWD=\\| OLDPWD=' > ${folder}/${STATE}\n`;
      await writeFile(file, `${before}${given.join('')}${readdress(code, addresses)}${after}`);
      const { stdout } = await run('sh', [file], { cwd: folder, env });
      return readdress(stdout, reverse(addresses));
    },
  };
}

export function readdress(text: string, addresses: Record<string, string>): string {
  return Object.entries(addresses).reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
}

function reverse(addresses: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(addresses).map(([from, to]) => [to, from]));
}

/** Whether something was printed as the page says; `…` stands for anything within a line. */
export function isPrintedAs(printed: string, expected: string): boolean {
  const escaped = expected.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('…', '.*')}$`).test(printed.trim());
}
