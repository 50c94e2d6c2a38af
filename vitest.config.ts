import { defineConfig } from 'vitest/config';

/** `*.slow.test.ts` take minutes: `npm test` leaves them to `npm run test:slow`. */
export default defineConfig({
  test: {
    setupFiles: ['test/support/no-listener-left.ts'],
    projects: [
      // A shared machine may take ten times as long as a quiet one: no test is to fail for that.
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.slow.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'slow', include: ['test/**/*.slow.test.ts'], testTimeout: 600_000, hookTimeout: 60_000 } },
    ],
  },
});
