import { describe, expect, test } from 'vitest';
import { makeBulkResults } from '../../../shared/api/bulk/results.ts';
import { toHttpResult } from '../../../shared/api/http/reply.ts';
import { DEFAULT_LIMITS } from '../../../shared/api/limits.ts';
import { epochMs } from '../../../shared/core/time/epoch.ts';

/** What Lambda hands back at most: JSON with the body as text in it. */
const LAMBDA_BYTES = 6 * 1024 * 1024;
const ID = `msg_${'x'.repeat(26)}`;
const DUE = epochMs(Date.UTC(2026, 10, 22));

const answerOf = (count: number, ref: string, isBad: (n: number) => boolean) => {
  const results = makeBulkResults(false, DEFAULT_LIMITS);
  const detail = '"'.repeat(300);
  let accepted = 0;
  for (let n = 0; n < count; n += 1) {
    if (isBad(n)) results.reject(ref, { code: 'X'.repeat(30), pointer: `/${'p'.repeat(70)}`, detail });
    else {
      results.accept(ref);
      accepted += 1;
    }
  }
  return results.answer({ ids: Array(accepted).fill(ID), dueAt: Array(accepted).fill(DUE), accepted });
};

describe('the results of a bulk', () => {
  test.each([
    ['messages with short names', 50_000, 'u1234567', () => false],
    ['messages with long names', 50_000, 'x'.repeat(128), () => false],
    ['bad messages', 50_000, 'x'.repeat(128), () => true],
    ['some bad messages', 49_999, 'x'.repeat(20), (n: number) => n % 10 === 0],
    ['too many', 50_001, 'x', (n: number) => n % 2 === 0],
  ])('always fit into an answer of Lambda: %s', (_, count, ref, isBad) => {
    const answer = answerOf(count, ref, isBad);
    expect(answer.accepted + answer.rejected).toBe(count);
    expect(Buffer.byteLength(JSON.stringify(toHttpResult({ status: 202, body: answer })))).toBeLessThan(LAMBDA_BYTES);
  });

  test('are all there for 50,000 messages with short names', () => {
    expect(answerOf(50_000, 'u1234567', () => false).items).toHaveLength(50_000);
    expect(answerOf(50_001, 'u1234567', () => false)).toEqual({ accepted: 50_001, rejected: 0, errors: [] });
  });

  test('are the first 1,000 errors where there are too many', () => {
    const { items, errors } = answerOf(50_001, 'x', (n) => n % 2 === 1);
    expect(items).toBeUndefined();
    expect(errors).toHaveLength(1000);
    expect(errors?.at(-1)?.index).toBe(1999);
  });
});
