import { defineConfig } from 'vitest/config';

/** `*.slow.test.ts` take minutes: `npm test` leaves them to `npm run test:slow`. */
export default defineConfig({
  test: {
    setupFiles: ['test/support/no-listener-left.ts'],
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/**/*.slow.test.ts'] } },
      { test: { name: 'slow', include: ['test/**/*.slow.test.ts'], testTimeout: 600_000, hookTimeout: 60_000 } },
    ],
  },
});
