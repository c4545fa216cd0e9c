import { defineConfig } from 'vitest/config';

// `build` makes the modules for shops that bundle, `--mode page` the one file for pages that do not.
export default defineConfig(({ mode }) => ({
  build: {
    outDir: 'dist',
    emptyOutDir: mode !== 'page',
    target: 'es2022',
    modulePreload: false,
    lib: {
      entry:
        mode === 'page'
          ? { 'kustom-checkout': 'src/index.ts' }
          : { index: 'src/index.ts', client: 'src/client.ts' },
      formats: ['es'],
    },
    minify: mode === 'page',
    rolldownOptions: { external: mode === 'page' ? [] : [/^@hantera\/storefront-sdk/] },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
  },
}));
