/** The budget of the shop's first load: every script that the page asks for before anybody has done anything. */
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const MOST_BYTES = 100 * 1000;
const MOST_GZIPPED = 35 * 1000;
const DIST = new URL('dist/', import.meta.url);

const page = await readFile(new URL('index.html', DIST), 'utf8');
const named = [...page.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map(([, file]) => file);

/** What a script imports by itself comes with it; what it imports when asked to does not. */
async function withImports(file, found) {
  if (found.has(file)) return;
  const script = await readFile(new URL(file, DIST), 'utf8');
  found.set(file, script);
  for (const [, name] of script.matchAll(/\b(?:import|from)\s*["']\.\/([^"']+\.js)["']/g)) {
    await withImports(`assets/${name}`, found);
  }
}

const scripts = new Map();
for (const file of named) await withImports(file, scripts);
const whole = [...scripts.values()].join('');
const gzipped = [...scripts.values()].reduce((sum, script) => sum + gzipSync(script, { level: 9 }).length, 0);
process.stdout.write(
  `shop page: ${scripts.size} scripts, ${whole.length} bytes of ${MOST_BYTES}, ${gzipped} gzipped of ${MOST_GZIPPED}\n`,
);
process.exitCode = scripts.size > 0 && whole.length <= MOST_BYTES && gzipped <= MOST_GZIPPED ? 0 : 1;
