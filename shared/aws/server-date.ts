import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { parseHttpDate } from '../core/time/http-date.ts';
import type { Clock } from '../ports/clock.ts';

/** `Date` has whole seconds: in the middle of one the error is smallest. */
const HALF_A_SECOND_MS = 500;

/**
 * Tells `onSkew` with each answer by how many milliseconds `clock` is ahead of the server (negative: behind),
 * give or take half a second and the way back. Answers without a usable `Date` header tell nothing.
 */
export function reportSkew(client: DynamoDBClient, clock: Clock, onSkew: (aheadMs: number) => void): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const server = parseHttpDate(dateHeader(result.response));
      if (server !== undefined) onSkew(clock.now() - server - HALF_A_SECOND_MS);
      return result;
    },
    { step: 'deserialize', name: 'reportSkew', priority: 'low' },
  );
}

function dateHeader(response: unknown): string {
  return (response as { headers?: Record<string, string> } | undefined)?.headers?.date ?? '';
}
