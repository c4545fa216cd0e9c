import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    environment: 'node',
    // One server, one browser at a time: two cores, and a story reads better when nothing else moves.
    fileParallelism: false,
    // A machine that stands still for seconds is no fault of ours. Who passed only the second time is printed with `retry x1`, and
    // is to be looked at: it has been a fault of the product more often than one of the story.
    retry: process.env.CI ? 1 : 0,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
