import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeAuthorize } from '../../functions/authorize/authorize.ts';
import { AUTHORIZER_ENV, ConfigError, MAX_API_KEYS, readApiKeys } from '../../shared/config.ts';
import { SECRET_CANARY, watchText } from '../support/canary.ts';

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');
const KEY = `${SECRET_CANARY} of b`;
const keys = { 'team-a': hashOf('key of a'), 'team-b': hashOf(KEY) };

/** What the gateway is told, and writes into its log, never holds a key (P22). */
const authorize: ReturnType<typeof makeAuthorize> = async (event) => {
  const verdict = await makeAuthorize(keys)(event);
  watchText('verdict of the authorizer', JSON.stringify(verdict));
  return verdict;
};

describe('the authorizer of API keys', () => {
  it('H17 lets in who has a key, and tells whose it is', async () => {
    expect(await authorize({ headers: { 'x-api-key': KEY } })).toEqual({
      isAuthorized: true,
      context: { key: 'team-b' },
    });
  });

  it.each([
    ['no headers', {}],
    ['no key', { headers: {} }],
    ['an empty key', { headers: { 'x-api-key': '' } }],
    ['another key', { headers: { 'x-api-key': 'key of c' } }],
    ['the hash of a key', { headers: { 'x-api-key': keys['team-a'] } }],
    ['the name of a key', { headers: { 'x-api-key': 'team-a' } }],
  ])('H17 keeps out who has %s', async (_, event) => {
    expect(await authorize(event)).toEqual({ isAuthorized: false, context: {} });
  });
});

describe('readApiKeys', () => {
  const read = (text: string) => readApiKeys({ [AUTHORIZER_ENV.apiKeys]: text });

  it('takes as many as the variables of a function have room for', () => {
    const many = Array.from({ length: MAX_API_KEYS }, (_, n) => `${String(n).padStart(64, 'x')}:${hashOf(String(n))}`);
    const text = many.join(',');
    expect(Object.keys(read(text))).toHaveLength(MAX_API_KEYS);
    expect(text.length + AUTHORIZER_ENV.apiKeys.length).toBeLessThan(4096);
  });

  it.each(['', 'team-a', `team-a:${'A'.repeat(64)}`, `:${'a'.repeat(64)}`, `a:${'a'.repeat(64)},`])(
    'refuses "%s"',
    (text) => {
      expect(() => read(text)).toThrow(ConfigError);
      expect(() => read(text)).toThrow(AUTHORIZER_ENV.apiKeys);
      expect(() => read(`${KEY},${text}`)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(KEY) }),
      );
    },
  );

  it('refuses an environment without', () => {
    expect(() => readApiKeys({})).toThrow(ConfigError);
  });
});
