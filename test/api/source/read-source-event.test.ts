import { number, object } from 'valibot';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../shared/api/limits.ts';
import { readCarried, readSourceEvent } from '../../../shared/api/source/read-source-event.ts';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { fromFifo, fromMsk, fromOwnKafka, fromQueue, fromShard } from '../../functions/source-events.ts';

const process = defineProcess({ name: 'sums', element: object({ n: number() }), state: {}, onElement: () => {} });

const VALUE = { n: 1 };
const SEQUENCE = '49590338271490256608559692538361571095921575989136650001';

/** The first element of an event, as it is handed on. */
const first = (event: unknown) => {
  const [batch] = readSourceEvent(event);
  const [record] = batch?.records ?? [];
  if (!batch || !record) throw new Error('no record');
  const { content, ...rest } = readCarried({ process, input: 'main' }, record, DEFAULT_LIMITS);
  return { partition: batch.partition, line: rest.line, receipt: record.receipt, content };
};

describe('the records of an event source', () => {
  it.each([
    ['SQS', fromQueue({ m1: { key: 'a', value: VALUE } }), { partition: 'orders', line: null, receipt: 'm1' }, 'm1'],
    [
      'FIFO',
      fromFifo({ g1: { value: VALUE } }),
      { partition: 'orders.fifo', line: 'g', receipt: 'g1' },
      // Not the deduplication id: it is another message's too, where it is made from the content.
      'g1',
    ],
    [
      'Kinesis',
      fromShard([{ value: VALUE }]),
      { partition: 'clicks:shardId-000000000000', line: 'clicks:shardId-000000000000', receipt: SEQUENCE },
      `shardId-000000000000:${SEQUENCE}`,
    ],
    [
      'MSK',
      fromMsk({ 'my-topic-3': [{ value: VALUE }] }),
      { partition: 'my-topic-3', line: 'my-topic-3', receipt: { partition: 'my-topic-3', offset: 15 } },
      'my-topic-3:15:1795305600000',
    ],
    [
      'Kafka of one’s own',
      fromOwnKafka({ 'clicks-0': [{ value: VALUE }] }),
      { partition: 'clicks-0', line: 'clicks-0', receipt: { partition: 'clicks-0', offset: 15 } },
      'clicks-0:15:1795305600000',
    ],
  ])('of %s have a partition, a line, a receipt and an id that they keep', (_, event, place, id) => {
    expect(first(event)).toMatchObject({
      ...place,
      content: { ok: true, element: { id, input: 'main', value: VALUE } },
    });
  });

  it('say themselves what they know better than their source', () => {
    const told = { key: 'a', id: 'e1', timestamp: '2026-11-22T00:00:30Z', value: VALUE };
    const element = { key: 'a', id: 'e1', timestamp: Date.UTC(2026, 10, 22, 0, 0, 30), input: 'main', value: VALUE };
    for (const event of [
      fromQueue({ m: told }),
      fromFifo({ m1: told }),
      fromShard([told]),
      fromMsk({ 't-0': [told] }),
    ]) {
      expect(first(event).content).toEqual({ ok: true, element });
    }
  });

  it.each([
    ['the group of a FIFO queue', fromFifo({ g1: { value: VALUE } }), 'g'],
    ['the partition key of a stream', fromShard([{ value: VALUE }]), 'from-the-stream'],
    ['the key of Kafka', fromMsk({ 't-0': [{ value: VALUE }] }), 'from-the-topic'],
  ])('take %s for a key, where they name none', (_, event, key) => {
    expect(first(event).content).toMatchObject({ element: { key } });
  });

  it('K1 take the time at which a producer made a record of Kafka, and never that at which a record arrived', () => {
    const made = fromMsk({ 't-0': [{ value: VALUE }] });
    expect(first(made).content).toMatchObject({ element: { timestamp: 1795305600000 } });
    const [record] = Object.values(made.records).flat();
    const changed = (change: object) => ({ ...made, records: { 't-0': [{ ...record, ...change }] } });
    for (const event of [
      changed({ timestampType: 'LOG_APPEND_TIME' }),
      changed({ timestamp: -1 }),
      fromShard([{ value: VALUE }]),
      fromFifo({ g1: { value: VALUE } }),
    ]) {
      expect(first(event).content).toMatchObject({ ok: true, element: { timestamp: null } });
    }
  });

  it('K1 say nothing where the producer of Kafka had a clock beyond all calendars', () => {
    const event = fromMsk({ 't-0': [{ value: VALUE }] });
    const [record] = Object.values(event.records).flat();
    const wild = { ...event, records: { 't-0': [{ ...record, timestamp: Number.MAX_SAFE_INTEGER }] } };
    expect(first(wild).content).toMatchObject({ ok: true, element: { timestamp: null } });
  });

  it('of a topic that was made anew are others than those before, at the same offsets', () => {
    const [record] = Object.values(fromMsk({ 't-0': [{ value: VALUE }] }).records).flat();
    const ids = [1, 2].map(
      (timestamp) => readSourceEvent({ records: { 't-0': [{ ...record, timestamp }] } })[0]?.records[0]?.id,
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('keep the order of each shard and each partition of a topic', () => {
    const [zero, one] = [fromShard([1, 2, 3]), fromShard([4, 5], { shard: 1, from: 4 })];
    const mixed = { Records: [zero.Records[0], one.Records[0], zero.Records[1], one.Records[1], zero.Records[2]] };
    const read = (event: unknown) =>
      readSourceEvent(event).map(({ partition, records }) => [partition, records.map(({ bytes }) => String(bytes))]);
    expect(read(mixed)).toEqual([
      ['clicks:shardId-000000000000', ['1', '2', '3']],
      ['clicks:shardId-000000000001', ['4', '5']],
    ]);
    expect(read(fromMsk({ 'a-0': [1, 2], 'b-1': [3] }))).toEqual([
      ['a-0', ['1', '2']],
      ['b-1', ['3']],
    ]);
  });

  it.each([
    ['no JSON', '{"key":', 'MALFORMED_JSON'],
    ['nothing', '', 'MALFORMED_JSON'],
    ['a list', '[]', 'NOT_AN_OBJECT'],
    ['no key', { value: VALUE }, 'REQUIRED'],
    ['no value', { key: 'a' }, 'REQUIRED'],
    ['a partition of its own', { key: 'a', value: VALUE, partition: 'p' }, 'UNKNOWN_FIELD'],
    ['another input', { key: 'a', value: VALUE, input: 'side' }, 'UNKNOWN_INPUT'],
    ['no instant', { key: 'a', value: VALUE, timestamp: 'now' }, 'INVALID_INSTANT'],
    ['a forbidden name', '{"key":"a","value":1,"__proto__":{}}', 'FORBIDDEN_KEY'],
    ['too much', { key: 'a', value: 'x'.repeat(DEFAULT_LIMITS.messageBytes) }, 'PAYLOAD_TOO_LARGE'],
  ])('with %s are no elements', (_, body, code) => {
    expect(first(fromQueue({ m: body })).content).toEqual({ ok: false, code });
  });

  it.each([
    ['a key that is no text', { key: '/w==', value: Buffer.from('{"value":1}').toString('base64') }, 'REQUIRED'],
    ['no key at all', { key: null, value: Buffer.from('{"value":1}').toString('base64') }, 'REQUIRED'],
    ['a tombstone for a value', { value: null }, 'MALFORMED_JSON'],
    ['bytes that are no text', { value: '/w==' }, 'INVALID_UTF8'],
  ])('of Kafka with %s are no elements', (_, change, code) => {
    const [record] = Object.values(fromMsk({ 't-0': [{ value: VALUE }] }).records).flat();
    expect(first({ records: { 't-0': [{ ...record, ...change }] } }).content).toEqual({ ok: false, code });
  });

  it('are looked for in nothing else', () => {
    const mixed = { Records: [...fromQueue({ m: {} }).Records, ...fromShard([{}]).Records] };
    for (const event of [null, 'x', {}, [], { Records: null }, { Records: [{}] }, { records: { t: [{}] } }, mixed]) {
      expect(() => readSourceEvent(event)).toThrow('The event is none of SQS, Kinesis or Kafka.');
    }
    for (const event of [{ Records: [] }, { records: {} }, { records: { 't-0': [] } }]) {
      expect(readSourceEvent(event)).toEqual([]);
    }
  });
});
