/** The budget of the one file that shops load: a checkout page has better things to wait for. */
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 8 * 1024;
const FILE = new URL('dist/kustom-checkout.js', import.meta.url);

const size = gzipSync(await readFile(FILE), { level: 9 }).length;
const message = `dist/kustom-checkout.js: ${size} bytes gzipped, of ${BUDGET_BYTES} allowed\n`;
process.stdout.write(message);
process.exitCode = size <= BUDGET_BYTES ? 0 : 1;
