import { describe, expect, test } from 'vitest';
import { makeReadyApi } from '../support/api.ts';

const REDRIVE = ['POST', '/v1/dead-letters/redrive'] as const;
const TARGET = ['PUT', '/v1/targets/new'] as const;

describe('a refusal says what was given and what to give', () => {
  test.each([
    [REDRIVE, { target: 1 }, /^1 is no name of a target: give text of 1 to 128 characters/],
    [REDRIVE, { ids: [] }, /^an empty array is no list of 1 to 1000 ids of dead letters\.$/],
    [REDRIVE, { ids: Array(1001).fill('msg_1') }, /^an array of 1001 is no list of 1 to 1000 ids of dead letters\.$/],
    [TARGET, {}, /^"kind" is missing\.$/],
    [TARGET, { kind: 'none', retry: { retryOn: [410] } }, /^410 means that the receiver is gone for good/],
    [TARGET, { kind: 'none', retry: { retryOn: [] } }, /^an empty array asks for nothing; name status codes/],
    [TARGET, { kind: 'none', headers: { 'x-a': 'a ' } }, /^The value of x-a starts or ends with a blank/],
  ])('%s %j', async ([method, path], body, says) => {
    const api = await makeReadyApi();
    expect(await api.request(method, path, { body })).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(says) },
    });
  });
});
