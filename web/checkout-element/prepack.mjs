/** npm takes only what lies in the package's folder, and the licence lies in the root of the repository. */
import { copyFile } from 'node:fs/promises';

await copyFile(new URL('../../LICENSE', import.meta.url), new URL('LICENSE', import.meta.url));
