import { defineConfig } from 'vitest/config';

// The server embeds `dist` and answers its index.html for every page, so each address in it is absolute.
export default defineConfig({
  base: '/',
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    emptyOutDir: true,
    // Nothing inlined: a strict Content-Security-Policy then needs no exception for data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    // `npm run dev` beside a running `kassa dev`.
    proxy: { '/ingress': process.env.KASSA_URL ?? 'http://127.0.0.1:3300' },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
  },
});
