import { describe, expect, it } from 'vitest';
import { StoreError } from '../../shared/ports/store-error.ts';
import { CANARY } from '../support/canary.ts';
import { fromQueue, fromShard } from './source-events.ts';
import { add, at, makeSources, SECOND, START } from './source-world.ts';

describe('the source function, of what can never be committed,', () => {
  it('P10 F16 F18 buries what is no element, does not fit or throws, with the reason, and goes on behind it', async () => {
    const { bring, state, letters, telemetry } = makeSources();
    const bodies = [
      `{"${CANARY}`,
      add('a', -1),
      add('a', 0, { value: CANARY }),
      add('a', 0, { value: {} }),
      add('a', 2),
    ];
    expect(await bring(fromShard(bodies))).toEqual([]);
    expect(await state('a')).toMatchObject({ sum: 2 });
    const buried = letters();
    expect(buried.map(({ reason }) => reason).sort()).toEqual([
      'HANDLER_FAILED',
      'INVALID_ELEMENT',
      'INVALID_ELEMENT',
      'MALFORMED_JSON',
    ]);
    const partition = 'clicks:shardId-000000000000';
    const id = expect.stringMatching(/^shardId-000000000000:\d{56}$/);
    expect(buried.find(({ reason }) => reason === 'MALFORMED_JSON')?.text).toEqual({
      ...{ partition, id, record: `{"${CANARY}` },
    });
    expect(buried.find(({ reason }) => reason === 'HANDLER_FAILED')?.text).toEqual({
      key: 'a',
      input: { kind: 'element', input: 'main', id, timestamp: START, value: { canary: CANARY, n: -1 } },
    });
    expect(telemetry.total('dead', 'process:sums')).toBe(4);
  });

  it('P10 keeps of a record that is too large for a letter what fits', async () => {
    const { bring, letters } = makeSources();
    const many = `{"key":"a","timestamp":"${at(0)}","value":[${'1e20,'.repeat(50_000)}0]}`;
    const long = `{"key":"b","value":"${'x'.repeat(300_000)}"}`;
    expect(await bring(fromQueue({ many, long }))).toEqual([]);
    expect(letters().map(({ reason, text }) => [reason, text.id, text.record.length])).toEqual([
      ['INVALID_ELEMENT', 'many', 65_536],
      ['PAYLOAD_TOO_LARGE', 'long', 65_536],
    ]);
  });

  it('P10 F51 buries what comes for a key that is damaged, so that its shard goes on', async () => {
    const { bring, bareStore, letters, state, watermark } = makeSources();
    await bring(fromShard([add('a', 1)]));
    const item = bareStore.items().find(({ sk }) => sk === 'ka');
    if (!item?.body) throw new Error('no key');
    await bareStore.put({ ...item, body: item.body.map((byte) => byte ^ 1), version: item.version + 1 }, item.version);
    const next = [add('a', 2, { timestamp: at(9) }), add('b', 3, { timestamp: at(1) })];
    expect(await bring(fromShard(next, { from: 2 }))).toEqual([]);
    // What is not committed says nothing of event time.
    expect(await watermark()).toBe(START + SECOND - 1);
    expect(letters()).toMatchObject([{ reason: 'CORRUPT_SNAPSHOT', text: { key: 'a' } }]);
    expect(await state('b')).toMatchObject({ sum: 3 });
  });

  it('acknowledges nothing that should be a dead letter and could not be stored as one', async () => {
    let isDown = true;
    const world = makeSources({
      store: (_, store) => ({
        ...store,
        put: (item, expected) =>
          item.pk.startsWith('dead#') && isDown
            ? Promise.reject(new StoreError('THROTTLED', 'down'))
            : store.put(item, expected),
      }),
    });
    const event = fromQueue({ bad: 'x', good: add('a', 1) });
    expect(await world.bring(event)).toEqual(['bad']);
    isDown = false;
    expect(await world.bring(event)).toEqual([]);
    expect(world.letters()).toHaveLength(1);
  });
});
