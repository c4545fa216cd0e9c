/** The files of the repository as far as Git would track them, also where there is no Git: in an unpacked archive. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { REPOSITORY } from './kassa';

/** From the root of the repository, with forward slashes. */
export async function filesOfRepository(): Promise<string[]> {
  const ignored = (await readFile(join(REPOSITORY, '.gitignore'), 'utf8')).trim().split('\n');
  const folders = ignored.filter((line) => !line.slice(1).includes('/'));
  return walk('', new Set(['.git', ...folders.map((line) => basename(line))]));
}

/** Names are enough: the patterns in our `.gitignore` name folders, and no page ends like the others. */
async function walk(folder: string, ignored: Set<string>): Promise<string[]> {
  const entries = await readdir(join(REPOSITORY, folder), { withFileTypes: true });
  const kept = entries.filter(({ name }) => !ignored.has(name));
  const found = kept.map((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return walk(path, ignored);
    return entry.isFile() ? [path] : [];
  });
  return (await Promise.all(found)).flat();
}
