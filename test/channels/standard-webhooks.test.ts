import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signingKey, verifyWebhook, webhookSignature } from '../../shared/channels/standard-webhooks.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const bytes = (text: string) => Buffer.from(text);

/** The example that the libraries of Standard Webhooks test themselves with. */
const GOLDEN = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: bytes('{"test": 2432232314}') };
const GOLDEN_SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

const headersOf = (content: typeof GOLDEN, signature: string) => ({
  'webhook-id': content.id,
  'webhook-timestamp': String(content.timestamp),
  'webhook-signature': signature,
});

describe('webhookSignature', () => {
  it('signs as the standard says', () => {
    expect(webhookSignature([signingKey(SECRET)], GOLDEN)).toBe(GOLDEN_SIGNATURE);
  });

  it('P22: carries one signature per key, separated by spaces', () => {
    const both = webhookSignature([signingKey(SECRET), signingKey(OTHER)], GOLDEN);
    expect(both).toBe(`${GOLDEN_SIGNATURE} ${webhookSignature([signingKey(OTHER)], GOLDEN)}`);
  });

  it('signs bytes, not text', () => {
    const key = [signingKey(SECRET)];
    const sign = (body: Uint8Array) => webhookSignature(key, { ...GOLDEN, body });
    expect(sign(Uint8Array.of(0xff))).not.toBe(sign(bytes('\ufffd')));
    expect(sign(Uint8Array.of(0xff))).toBe(sign(Buffer.from([0xff])));
  });

  it.each(['', 'whsec_', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_ab cd', 'whsec_ab-_', 'WHSEC_abcd'])(
    'refuses the secret %j without repeating it',
    (secret) => {
      expect(() => signingKey(secret)).toThrow(RangeError);
      expect(() => signingKey(secret)).not.toThrow(/MfKQ|ab/);
    },
  );
});

describe('verifyWebhook', () => {
  const at = { now: epochMs(GOLDEN.timestamp * 1000) };
  const request = { headers: headersOf(GOLDEN, GOLDEN_SIGNATURE), body: GOLDEN.body };

  it('accepts the golden request', () => {
    expect(verifyWebhook([SECRET], request, at)).toBe('valid');
  });

  it('P22: F53: accepts either key on either side during a rotation', () => {
    const both = webhookSignature([signingKey(OTHER), signingKey(SECRET)], GOLDEN);
    const rotated = { headers: headersOf(GOLDEN, both), body: GOLDEN.body };
    expect([[SECRET], [OTHER], [OTHER, SECRET]].map((secrets) => verifyWebhook(secrets, rotated, at))).toEqual([
      'valid',
      'valid',
      'valid',
    ]);
    expect(verifyWebhook([OTHER, SECRET], request, at)).toBe('valid');
    expect(verifyWebhook([OTHER], request, at)).toBe('wrong-signature');
  });

  it('refuses another body, id, time or version', () => {
    const withHeaders = (headers: object) =>
      verifyWebhook([SECRET], { ...request, headers: { ...request.headers, ...headers } }, at);
    expect(verifyWebhook([SECRET], { ...request, body: bytes('{"test": 2432232315}') }, at)).toBe('wrong-signature');
    expect(withHeaders({ 'webhook-id': 'msg_other' })).toBe('wrong-signature');
    expect(withHeaders({ 'webhook-timestamp': String(GOLDEN.timestamp + 1) })).toBe('wrong-signature');
    expect(withHeaders({ 'webhook-signature': GOLDEN_SIGNATURE.replace('v1,', 'v2,') })).toBe('wrong-signature');
    expect(withHeaders({ 'webhook-signature': '' })).toBe('wrong-signature');
  });

  it.each([
    [0, 'valid'],
    [300_000, 'valid'],
    [-300_000, 'valid'],
    [300_001, 'wrong-time'],
    [-300_001, 'wrong-time'],
  ])('is tolerant of 5 minutes, not of %i ms more', (offMs, verdict) => {
    expect(verifyWebhook([SECRET], request, { now: epochMs(GOLDEN.timestamp * 1000 + offMs) })).toBe(verdict);
  });

  it.each(['', 'soon', '1e9', '-1', '1614265330.5', '1'.repeat(20)])('refuses the time %j', (time) => {
    const headers = { ...request.headers, 'webhook-timestamp': time };
    expect(verifyWebhook([SECRET], { ...request, headers }, at)).toBe('wrong-time');
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('misses %s', (name) => {
    const headers: Record<string, unknown> = { ...request.headers };
    delete headers[name];
    expect(verifyWebhook([SECRET], { ...request, headers }, at)).toBe('missing-header');
    expect(verifyWebhook([SECRET], { ...request, headers: { ...headers, [name]: ['a', 'b'] } }, at)).toBe(
      'missing-header',
    );
  });

  it('verifies whatever was signed', () => {
    const content = fc.record({
      id: fc.stringMatching(/^msg_[A-Za-z0-9_-]{1,40}$/),
      timestamp: fc.integer({ min: 0, max: 4_000_000_000 }),
      body: fc.uint8Array({ maxLength: 200 }).map((body) => Buffer.from(body)),
    });
    fc.assert(
      fc.property(content, (signed) => {
        const headers = headersOf(signed, webhookSignature([signingKey(SECRET)], signed));
        const now = epochMs(signed.timestamp * 1000);
        return verifyWebhook([SECRET], { headers, body: signed.body }, { now }) === 'valid';
      }),
    );
  });
});
