import type { UserConfig } from 'vite';
import { defineConfig } from 'vitest/config';
import { INTERNAL } from './internal-names.js';

const ENTRIES = ['index', 'client', 'react', 'svelte', 'vue'];

/** For shops that bundle: a module for each of ours, with the cart client left to the shop. */
const MODULES: UserConfig['build'] = {
  lib: { entry: ENTRIES.map((name) => `src/${name}.ts`), formats: ['es'] },
  rolldownOptions: {
    external: [/^@hantera\/storefront-sdk/],
    output: { preserveModules: true, preserveModulesRoot: 'src', entryFileNames: '[name].js' },
  },
  minify: false,
};

/** `--mode page`, for pages that do not: one file with everything in it. Vite leaves the blanks in a library's. */
const PAGE: UserConfig['build'] = {
  emptyOutDir: false,
  minify: 'terser',
  terserOptions: {
    module: true,
    ecma: 2020,
    compress: { passes: 3, unsafe: true, unsafe_arrows: true, pure_getters: true },
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
