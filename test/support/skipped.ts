import { describe, it } from 'vitest';

/** Says in the list of tests what did not run and how to run it. */
export function skippedWithoutEndpoint(suite: string): void {
  describe(`${suite} on the named endpoint`, () => {
    it.skip('needs MERIDIAN_TEST_ENDPOINT=http://127.0.0.1:4566, or DynamoDB and SQS with a comma between, or aws', () => {});
  });
}
