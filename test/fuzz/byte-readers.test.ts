import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeLineSplitter } from '../../shared/api/bulk/line-splitter.ts';
import { bytesOfBody, textOf } from '../../shared/api/http/request-body.ts';
import { DamagedRecord } from '../../shared/app/damaged-record.ts';
import type { Engine } from '../../shared/app/engine.ts';
import { packEntry, unpackEntry } from '../../shared/app/packed-entry.ts';
import { packEvents, unpackEvents } from '../../shared/app/process/event-index.ts';
import { parseKeyItem, toKeyItem } from '../../shared/app/process/key-record.ts';
import { sealJson } from '../../shared/app/sealed-text.ts';
import { recordOf } from '../../shared/app/unit-journal.ts';
import { Problem } from '../../shared/core/problem.ts';
import { decodeSnapshot, encodeSnapshot } from '../../shared/core/process/snapshot-codec.ts';
import { step } from '../../shared/core/process/step.ts';
import { decodeEntry, encodeEntry } from '../../shared/core/segment/entry-codec.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import type { Item } from '../../shared/ports/item-store.ts';
import { withinTime } from '../support/cpu.ts';
import { hostileBytes, hostileText } from './hostile.ts';
import { SEED } from './seed.ts';
import { PROCESS, SNAPSHOT } from './snapshot.ts';

const ITEMS = [
  { dueAt: epochMs(1_000), target: 'push', payload: '{"n":1}', headers: { 'x-a': 'b' } },
  { dueAt: epochMs(2_000), target: 'mail', key: 'k', token: 't' },
];
const NEW_ENTRY = {
  segment: { timeline: 'send', minute: 0, shard: 0 },
  sk: 'E#000000000001000#AAAAAAAAAAA',
  items: ITEMS,
};
const TIMES = { writtenAt: epochMs(1), expiresAt: epochMs(2) };
const LARGE = { ...NEW_ENTRY, items: ITEMS.map((item) => ({ ...item, ref: 'r'.repeat(900) })) };
const KEY = { table: 'segments', pk: 'send#0#0', sk: 'J#E#00000000', version: 1 } as const;

const STORED_KEY = {
  record: {
    snapshot: SNAPSHOT,
    hintAt: epochMs(3),
    eventHintAt: 5,
    outbox: { at: epochMs(1), parts: [{ pk: 'send#1#0', sk: 'L#000000000001000#AAAAAAAAAAA', first: 0, n: 2 }] },
    nonce: 'n',
  },
  version: 2,
  now: epochMs(9),
  keptMs: 1_000,
};
const EVENT_ENGINE = { shards: 1, owner: 'w', nonce: () => 'n' } as unknown as Engine;
const LATE_HINT = { key: 'a', at: 4, base: 1 };

/** Reads every item of an entry that could be opened. */
const readEntry = (bytes: Uint8Array): unknown => {
  const opened = decodeEntry(bytes);
  return opened && Array.from({ length: opened.n }, (_, index) => [opened.dueAt(index), opened.item(index)]);
};

/** What the reader of a log answers; `undefined` where it says that the record is damaged. */
const readRecord = (item: Item): unknown => {
  try {
    return recordOf(item);
  } catch (error) {
    if (error instanceof DamagedRecord) return undefined;
    throw error;
  }
};

const orProblem = <T>(read: () => T): T | Problem => {
  try {
    return read();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
};

describe('F51 any bytes are read or refused, within 20 ms', () => {
  test('as the columns of an entry', () => {
    const packed = encodeEntry(ITEMS);
    fc.assert(
      fc.property(hostileBytes([packed]), (bytes) => {
        withinTime(() => readEntry(bytes));
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  test('as columns of any JSON', () => {
    const text = new TextDecoder().decode(encodeEntry(ITEMS).subarray(4));
    const columns = text.slice(0, text.lastIndexOf('}]') + 2).replace(/\}\].*$/, '}],"xi":[0,-1]}');
    fc.assert(
      fc.property(
        hostileText([columns, '{"v":1,"n":4096,"at":0,"t":[],"l":1e308}', '{"v":1,"n":2,"at":0,"t":[],"l":[-1,"9"]}']),
        (json) => {
          const encoded = new TextEncoder().encode(json);
          const bytes = new Uint8Array(4 + encoded.length);
          new DataView(bytes.buffer).setUint32(0, encoded.length);
          bytes.set(encoded, 4);
          withinTime(() => readEntry(bytes));
        },
      ),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  test('as the body of a stored entry: what was changed is not read', () => {
    for (const item of [packEntry(NEW_ENTRY, TIMES), packEntry(LARGE, TIMES)]) {
      const body = item.body ?? new Uint8Array();
      expect(unpackEntry(item)?.info.n).toBe(2);
      fc.assert(
        fc.property(hostileBytes([body]), (bytes) => {
          const read = withinTime(() => unpackEntry({ ...item, body: bytes }));
          expect(read !== undefined).toBe(Buffer.compare(bytes, body) === 0);
        }),
        { seed: SEED, numRuns: 1_000 },
      );
    }
  });

  test('as a compressed log record, sealed or not', () => {
    const sealed = zstdCompressSync(sealJson(KEY, { seq: 0 }));
    const any = fc.oneof(
      hostileBytes([sealed]),
      fc.jsonValue().map((value) => zstdCompressSync(sealJson(KEY, value))),
    );
    fc.assert(
      fc.property(any, (body) => {
        expect(withinTime(() => readRecord({ ...KEY, body: new Uint8Array(body) }))).toBeUndefined();
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  test('as the state of a key', () => {
    const snapshot = encodeSnapshot(SNAPSHOT);
    const json = hostileText([new TextDecoder().decode(snapshot)]).map((text) => new TextEncoder().encode(text));
    fc.assert(
      fc.property(fc.oneof(hostileBytes([snapshot]), json), (bytes) => {
        const read = withinTime(() => decodeSnapshot(PROCESS, bytes));
        // What is read can be worked with.
        if (read.ok) step(PROCESS, read.value, { key: 'a', inputs: [], now: 20, watermark: 20 });
        if (!read.ok)
          expect(read).toMatchObject({ code: 'CORRUPT_SNAPSHOT', detail: expect.stringMatching(/^.{1,300}$/) });
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  test('as the body of a stored key: what was changed is not read', () => {
    const item = toKeyItem(PROCESS, 'a', STORED_KEY);
    const body = item.body ?? new Uint8Array();
    expect(parseKeyItem(PROCESS, item)).toMatchObject({ ok: true, value: { record: { snapshot: SNAPSHOT } } });
    fc.assert(
      fc.property(hostileBytes([body]), (bytes) => {
        const read = withinTime(() => parseKeyItem(PROCESS, { ...item, body: bytes }));
        expect(read.ok).toBe(Buffer.compare(bytes, body) === 0);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  test('as the body of an entry of event timers: what was changed is not read', () => {
    const hints = [LATE_HINT, { key: '\u65e5', at: -5, base: 2 }];
    const [item] = packEvents(EVENT_ENGINE, 'kept', { hints, writtenAt: epochMs(5) });
    if (!item?.body) throw new Error('no entry');
    const { body } = item;
    expect(unpackEvents(item)?.hints).toHaveLength(2);
    fc.assert(
      fc.property(hostileBytes([body]), (bytes) => {
        const read = withinTime(() => unpackEvents({ ...item, body: bytes }));
        expect(read !== undefined).toBe(Buffer.compare(bytes, body) === 0);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  test('as a body, said to be base64 or text', () => {
    const examples = [Buffer.from('{"a":1}').toString('base64'), '{"a":1}'];
    fc.assert(
      fc.property(hostileText(examples), fc.boolean(), (body, isBase64Encoded) => {
        withinTime(() => orProblem(() => textOf(bytesOfBody({ body, isBase64Encoded }, 100_000))));
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});

test('lines are the same however the stream is cut, and a line that never ends takes no more than its limit', () => {
  const maxLineBytes = 40;
  const anyStream = hostileBytes([Buffer.from('{"a":1}\n\n{"b":"日本"}\r\nx\n')]);
  fc.assert(
    fc.property(anyStream, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (bytes, cuts) => {
      const whole = makeLineSplitter(maxLineBytes);
      const inParts = makeLineSplitter(maxLineBytes);
      const parts: unknown[] = [];
      for (let at = 0, n = 0; at < bytes.length; n += 1) {
        const length = cuts[n % cuts.length] ?? 1;
        parts.push(...inParts.linesOf(bytes.subarray(at, at + length)));
        at += length;
      }
      const lines = [...whole.linesOf(bytes), ...whole.rest()];
      expect([...parts, ...inParts.rest()]).toEqual(lines);
      for (const line of lines)
        if (typeof line === 'string') expect(Buffer.byteLength(line)).toBeLessThanOrEqual(maxLineBytes);
    }),
    { seed: SEED, numRuns: 1_000 },
  );
});
