import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBase64Url } from '../../../shared/core/base64url.ts';
import type { Lane } from '../../../shared/core/segment/bucket.ts';
import { startOf } from '../../../shared/core/segment/bucket.ts';
import { entryIdPrefix, isMessageId, messageIdAt, parseMessageId } from '../../../shared/core/segment/message-id.ts';
import type { EntryAddress } from '../../../shared/core/segment/segment-key.ts';
import { entrySortKey } from '../../../shared/core/segment/segment-key.ts';
import { plusMs } from '../../../shared/core/time/epoch.ts';
import { anyText } from '../any-text.ts';

const place = fc.record({
  minute: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  shard: fc.integer({ min: 0, max: 65_535 }),
  lane: fc.constantFrom<Lane>('E', 'L'),
  offset: fc.integer({ min: 0, max: 59_999 }),
  entryId: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  index: fc.integer({ min: 0, max: 4_095 }),
});

type Place = typeof place extends fc.Arbitrary<infer T> ? T : never;

const addressOf = ({ minute, shard, lane, offset, entryId }: Place): EntryAddress => ({
  segment: { timeline: 'send', minute, shard },
  sk: entrySortKey(lane, plusMs(startOf(minute), offset), toBase64Url(entryId)),
});

const idOf = (at: Place): string => messageIdAt(entryIdPrefix(addressOf(at)), at.index);

const ALPHABET = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];

describe('a message id', () => {
  it('says where its message lies', () => {
    fc.assert(
      fc.property(place, (at) => {
        expect(parseMessageId(idOf(at))).toEqual({ ...addressOf(at), index: at.index });
      }),
    );
  });

  it('is one of 30 characters that need no escape in a URL, a header or a DynamoDB key', () => {
    fc.assert(
      fc.property(place, (at) => {
        expect(idOf(at)).toMatch(/^msg_[A-Za-z0-9_-]{26}$/);
      }),
    );
  });

  it('differs where anything differs', () => {
    fc.assert(
      fc.property(
        place,
        place,
        fc.constantFrom('minute', 'shard', 'lane', 'offset', 'entryId', 'index'),
        (a, b, field) => {
          const c = { ...a, [field]: b[field] };
          expect(idOf(a) === idOf(c)).toBe(JSON.stringify([...a.entryId, a]) === JSON.stringify([...c.entryId, c]));
        },
      ),
    );
  });

  it('has no second spelling: one changed character gives another message or none', () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 4, max: 29 }), fc.constantFrom(...ALPHABET), (at, where, char) => {
        const id = idOf(at);
        const other = id.slice(0, where) + char + id.slice(where + 1);
        const parsed = parseMessageId(other);
        if (other !== id) expect(parsed).not.toEqual({ ...addressOf(at), index: at.index });
        if (parsed) expect(messageIdAt(entryIdPrefix(parsed), parsed.index)).toBe(other);
      }),
    );
  });

  it('is refused where it is anything else', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(parseMessageId(text)).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        expect(parseMessageId(`msg_${text}`)).toBeUndefined();
      }),
    );
    const id = idOf({ minute: 29_000_000, shard: 3, lane: 'E', offset: 7, entryId: new Uint8Array(8), index: 5 });
    for (const text of [
      `${id}A`,
      id.slice(0, -1),
      ` ${id}`,
      `${id}\n`,
      id.toUpperCase(),
      id.slice(4),
      `${id.slice(0, 29)}=`,
    ]) {
      expect(parseMessageId(text)).toBeUndefined();
    }
    expect(parseMessageId(id)).toBeDefined();
  });

  it('is told from a key by its prefix alone', () => {
    expect([isMessageId('msg_x'), isMessageId('driver-42'), isMessageId('Msg_x')]).toEqual([true, false, false]);
  });

  it.each(['X#000000000000000#AAAAAAAAAAA', 'E#1#AAAAAAAAAAA', 'E#000000000000000#AAAAAAAAAAB', ''])(
    'cannot be made for %j, which is no sort key of an entry',
    (sk) => {
      expect(() => entryIdPrefix({ segment: { timeline: 'send', minute: 0, shard: 0 }, sk })).toThrow(RangeError);
    },
  );
});
