/** `vue-tsc --noEmit` with this folder's TypeScript, where npm has put another one beside vue-tsc. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
process.argv.push('--noEmit');
require('vue-tsc').run(require.resolve('typescript/lib/tsc'));
