import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sha256 } from '../../shared/aws/sha256.ts';

const bytes = fc.uint8Array({ maxLength: 200 });
const parts = fc.array(bytes, { maxLength: 4 });

const digestOf = async (hash: Sha256, all: readonly Uint8Array[]): Promise<Buffer> => {
  for (const part of all) hash.update(part);
  return Buffer.from(await hash.digest());
};

describe('SHA-256 for signatures', () => {
  it('is what Node finds', async () => {
    await fc.assert(
      fc.asyncProperty(parts, async (all) => {
        const wanted = createHash('sha256').update(Buffer.concat(all)).digest();
        expect(await digestOf(new Sha256(), all)).toEqual(wanted);
      }),
    );
  });

  it('is with any key the HMAC that Node finds', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, parts, async (key, all) => {
        const wanted = createHmac('sha256', key).update(Buffer.concat(all)).digest();
        expect(await digestOf(new Sha256(key), all)).toEqual(wanted);
      }),
    );
  });

  it.each([63, 64, 65])('takes a key of %d bytes, as text too', async (length) => {
    const key = 'ä'.padEnd(length - 1, 'k');
    const hash = new Sha256(key);
    hash.update('語');
    expect(Buffer.from(await hash.digest())).toEqual(createHmac('sha256', key).update('語').digest());
  });

  it('forgets what it was given', async () => {
    const hash = new Sha256();
    hash.update('before');
    hash.reset();
    hash.update('after');
    expect(Buffer.from(await hash.digest())).toEqual(createHash('sha256').update('after').digest());
  });
});
