import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problemReply, toProblem } from '../../../shared/api/http/problem-reply.ts';
import { readQuery } from '../../../shared/api/http/query.ts';
import { readObject } from '../../../shared/api/http/request-body.ts';
import { DEFAULT_LIMITS } from '../../../shared/api/limits.ts';
import { noQuery } from '../../../shared/api/operator/schema.ts';
import { targetSchema } from '../../../shared/api/target/schema.ts';
import { Problem } from '../../../shared/core/problem.ts';
import { ProcessError } from '../../../shared/core/process/process-error.ts';
import { StoreError } from '../../../shared/ports/store-error.ts';

const thrownBy = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return expect.unreachable();
};

const bytesOf = (problem: Problem) => Buffer.byteLength(JSON.stringify(problemReply(problem, 'r-1').body));

describe('a problem', () => {
  test('has the members of RFC 9457', () => {
    const issues = [{ pointer: '/at', code: 'DUE_IN_PAST', detail: 'Too late.' }];
    expect(
      problemReply(new Problem(422, 'DUE_IN_PAST', 'Too late.', { issues, headers: { 'retry-after': '3' } }), 'r-1'),
    ).toEqual({
      status: 422,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '3' },
      body: {
        type: 'urn:meridian:problem:DUE_IN_PAST',
        title: 'Due in past',
        status: 422,
        code: 'DUE_IN_PAST',
        detail: 'Too late.',
        instance: 'urn:meridian:request:r-1',
        errors: issues,
      },
    });
  });

  test('has at most 2 kB, whatever is wrong and however long its names are', () => {
    const members = Array.from({ length: 50 }, (_, n) => `"${'\u202e'.repeat(2000)}${n}":${n}`).join();
    for (const text of [
      `{"kind":"none","headers":{${members}}}`,
      `{"kind":"${'\u0001'.repeat(10_000)}"}`.replaceAll('\u0001', '\\u0001'),
    ]) {
      const problem = toProblem(
        thrownBy(() => readObject(Buffer.from(text), targetSchema, { ...DEFAULT_LIMITS, messageBytes: 1e7 })),
      );
      expect(problem.status).toBeLessThan(500);
      expect(bytesOf(problem)).toBeLessThanOrEqual(2048);
      expect(problemReply(problem, 'r-1').body).toHaveProperty('errors.0.code');
    }
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1 }), (names) => {
        const query = new URLSearchParams(names.map((name): [string, string] => [name, '1'])).toString();
        expect(bytesOf(toProblem(thrownBy(() => readQuery(query, noQuery))))).toBeLessThanOrEqual(2048);
      }),
    );
  });

  test.each([
    [new StoreError('THROTTLED', 'x'), 503, 'STORE_THROTTLED'],
    [new StoreError('UNAVAILABLE', 'x'), 503, 'STORE_UNAVAILABLE'],
    [new StoreError('UNKNOWN', 'x'), 503, 'OUTCOME_UNKNOWN'],
    [new StoreError('TOO_LARGE', 'x'), 413, 'PAYLOAD_TOO_LARGE'],
    [new StoreError('REJECTED', 'x'), 500, 'INTERNAL'],
    [new ProcessError('NEWER_STATE', 'x'), 503, 'NEWER_STATE'],
    [new ProcessError('CORRUPT_SNAPSHOT', 'x'), 500, 'CORRUPT_SNAPSHOT'],
    [new Error('x'), 500, 'INTERNAL'],
    ['x', 500, 'INTERNAL'],
    [undefined, 500, 'INTERNAL'],
    [Object.assign(new Error('x'), { name: 'TimeoutError' }), 503, 'OUTCOME_UNKNOWN'],
  ])('P12 stands for %s', (error, status, code) => {
    const problem = toProblem(error);
    expect(problem).toMatchObject({ status, code });
    expect(problem.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
  });
});
