import { defineConfig } from 'vitest/config';

/** Files that `npm test` runs in part; `npm run test:slow` does all that they can. */
const FULL_SIZE = [
  'test/app/boundary-race.test.ts',
  'test/app/crash.test.ts',
  'test/app/isolation.test.ts',
  'test/fuzz/process-items.test.ts',
];

/** `*.slow.test.ts` take minutes: `npm test` leaves them to `npm run test:slow`. */
export default defineConfig({
  test: {
    // All cores: on two of them the default is one.
    maxWorkers: '100%',
    setupFiles: ['test/support/nothing-left.ts', 'test/support/no-canary-leak.ts'],
    projects: [
      // A shared machine may take ten times as long as a quiet one: no test is to fail for that. The files share a process
      // for each core: one of its own for each of them is half of the work. What a file must not leave there, the setup says.
      {
        test: {
          name: 'unit',
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.slow.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // The suites of all that talks to DynamoDB and SQS: DynamoDB Local and ElasticMQ, or MERIDIAN_TEST_ENDPOINT.
      {
        test: {
          name: 'contract',
          include: ['test/aws/dynamo/dynamo-store.test.ts', 'test/aws/sqs/sqs-{pointer-queue,queue-sender}.test.ts'],
          globalSetup: ['test/engines/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'slow',
          include: ['test/**/*.slow.test.ts', ...FULL_SIZE],
          provide: { fullSize: true },
          testTimeout: 600_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
