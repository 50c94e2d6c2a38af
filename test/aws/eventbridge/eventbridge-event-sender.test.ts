import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEventBridgeEventSender } from '../../../shared/aws/eventbridge/eventbridge-event-sender.ts';
import type { EventEntry } from '../../../shared/ports/batch-sender.ts';
import { batchSenderContract } from '../../contract/batch-sender.contract.ts';
import { eventEntry } from '../../support/entries.ts';
import { lostEndpoint } from '../../support/http-service.ts';
import { type Answer, fault, startWire, type Wire, type WireCall } from '../../support/wire.ts';

const REGION = 'us-east-1';
const BUS = 'pushes';

type WireEntry = { EventBusName: string; Source: string; DetailType: string; Detail: string };

/** The documented answer: a result for each entry, in their order. */
const answerOf = (results: readonly object[]): Answer => ({
  status: 200,
  body: { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results },
});

/** A bus that takes all that names it, by the wire format of PutEvents. */
async function openBus() {
  const wire = await startWire('http://127.0.0.1:9');
  const events: EventEntry[] = [];
  const put = async ({ operation, input }: WireCall): Promise<Answer> => {
    if (operation !== 'PutEvents') return fault(400, 'UnknownOperationException');
    const results = (input.Entries as WireEntry[]).map(({ EventBusName, Source, DetailType, Detail }) => {
      if (EventBusName !== BUS) return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: 'no such bus' };
      events.push({ source: Source, detailType: DetailType, detail: Detail });
      return { EventId: `event-${events.length}` };
    });
    return answerOf(results);
  };
  wire.meddle(put);
  return {
    sender: makeEventBridgeEventSender({ region: REGION, endpoint: wire.endpoint }),
    address: BUS,
    nowhere: 'nowhere',
    arrived: async () => events.splice(0),
    close: wire.close,
  };
}

batchSenderContract({ name: 'EventBridge by its wire format' }, eventEntry, openBus);

describe('an event sender', () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await startWire('http://127.0.0.1:9');
  });
  afterAll(() => wire?.close());
  const events = (count: number) => Array.from({ length: count }, (_, n) => eventEntry(`n${n}`));
  const allAs = (reason: string, count: number) => Array.from({ length: count }, (_, index) => ({ index, reason }));
  const send = (count: number, answer: Answer, timeoutMs = 2_000) => {
    wire.meddle(async () => answer);
    const sender = makeEventBridgeEventSender({ region: REGION, endpoint: wire.endpoint });
    return sender.sendBatch(BUS, events(count), timeoutMs);
  };

  it('F06: reads the result of each entry, though the call itself succeeded', async () => {
    const codes = ['InternalFailure', 'ThrottlingException', 'MalformedDetail', 'NotAuthorizedForSourceException'];
    const results = codes.map((ErrorCode) => ({ ErrorCode, ErrorMessage: 'no' }));
    expect(await send(6, answerOf([{ EventId: 'e-0' }, ...results, {}]))).toEqual([
      { index: 1, reason: 'unavailable' },
      { index: 2, reason: 'unavailable' },
      { index: 3, reason: 'refused' },
      { index: 4, reason: 'refused' },
      { index: 5, reason: 'unknown' },
    ]);
    expect(wire.operations).toEqual(['PutEvents']);
  });

  it('does not know of entries that the answer leaves out', async () => {
    expect(await send(3, answerOf([{ EventId: 'e-0' }]))).toEqual([
      { index: 1, reason: 'unknown' },
      { index: 2, reason: 'unknown' },
    ]);
  });

  it.each<[string, string, Answer]>([
    ['refused', 'a call that is not allowed', fault(403, 'AccessDeniedException')],
    ['unavailable', 'a throttle', fault(400, 'ThrottlingException')],
    ['unknown', 'an internal error', fault(500, 'InternalException')],
    ['unknown', 'a cut connection', 'cut'],
    ['unknown', 'half an answer', 'torn'],
    ['unknown', 'an answer that is no JSON', 'garbage'],
  ])('F07: tells all entries as %s for %s, after one call', async (reason, _, answer) => {
    expect(await send(3, answer)).toEqual(allAs(reason, 3));
    expect(wire.operations).toHaveLength(1);
  });

  it('tells all entries as unavailable where nobody is there', async () => {
    const sender = makeEventBridgeEventSender({ region: REGION, endpoint: await lostEndpoint() });
    expect(await sender.sendBatch(BUS, events(2), 2_000)).toEqual(allAs('unavailable', 2));
  });

  it('ends in the given time, and does not know then', async () => {
    const started = performance.now();
    expect(await send(2, 'silence', 100)).toEqual(allAs('unknown', 2));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
