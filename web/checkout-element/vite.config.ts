import type { UserConfig } from 'vite';
import { defineConfig } from 'vitest/config';

/** For shops that bundle: two modules, with the cart client left to the shop. */
const MODULES: UserConfig['build'] = {
  lib: { entry: { index: 'src/index.ts', client: 'src/client.ts' }, formats: ['es'] },
  rolldownOptions: { external: [/^@hantera\/storefront-sdk/] },
  minify: false,
};

const INTERNAL =
  /^(on(Wake|Leave|Restore|Held|Lost|Note)|is(Certain|Known|Passing|ConnectionLost|Back)|refusal|texts|urls|readCart|steal|renew)$/;

/** `--mode page`, for pages that do not: one file with everything in it. Vite leaves the blanks in a library's. */
const PAGE: UserConfig['build'] = {
  emptyOutDir: false,
  minify: 'terser',
  // Names that never leave this file: neither a listener's nor a page's, nor on the wire, nor in a message to a tab.
  terserOptions: {
    module: true,
    ecma: 2020,
    compress: { passes: 3, unsafe_arrows: true, pure_getters: true },
    mangle: { properties: { regex: INTERNAL } },
  },
  rolldownOptions: {
    input: { 'kustom-checkout': 'src/index.ts' },
    preserveEntrySignatures: 'strict',
    output: { entryFileNames: '[name].js' },
  },
};

export default defineConfig(({ mode }) => ({
  build: { outDir: 'dist', target: 'es2022', modulePreload: false, ...(mode === 'page' ? PAGE : MODULES) },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
  },
}));
