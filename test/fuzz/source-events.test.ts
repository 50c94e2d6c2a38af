import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeSourceFunction, type SourceAnswer } from '../../functions/process/source.ts';
import { DEFAULT_LIMITS } from '../../shared/api/limits.ts';
import { readSourceEvent } from '../../shared/api/source/read-source-event.ts';
import type { ProcessDesk } from '../../shared/app/process/process-desk.ts';
import type { SourceRecord } from '../../shared/app/process/source-record.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { makeMemoryTelemetry } from '../../shared/memory/telemetry.ts';
import { makeVirtualClock } from '../../shared/memory/virtual-clock.ts';
import { contextWith } from '../functions/events.ts';
import { CLUSTER, FIFO, fromFifo, fromMsk, fromQueue, fromShard, QUEUE, STREAM } from '../functions/source-events.ts';
import { hostileText } from './hostile.ts';
import { SEED } from './seed.ts';
import { PROCESS } from './snapshot.ts';

const ELEMENT = '{"key":"a","id":"e1","timestamp":"2026-11-22T00:00:30Z","value":1}';

const to = (arn: string, topic: string | null = null) => ({ arn, topic, process: PROCESS.name, input: 'main' });

const ROUTES = [to(QUEUE), to(FIFO), to(STREAM), to(CLUSTER, 't')];
const ROUTED = new Set(ROUTES.map(({ arn, topic }) => `${arn} ${topic}`));

/** A function whose every record is done, and what it was given. */
const setUp = () => {
  const fed: SourceRecord[] = [];
  const telemetry = makeMemoryTelemetry();
  const source = makeSourceFunction({
    runtime: {
      desk: { find: () => PROCESS } as unknown as ProcessDesk,
      feed: async ({ records }) => {
        fed.push(...records);
        return new Set(records);
      },
    },
    routes: ROUTES,
    limits: DEFAULT_LIMITS,
    clock: makeVirtualClock(epochMs(0)),
    telemetry,
  });
  return { fed, telemetry, bring: (event: unknown): Promise<SourceAnswer> => source(event, contextWith(60_000)) };
};

const named = (bodies: readonly string[]) => Object.fromEntries(bodies.map((body, n) => [`m${n}`, body]));

const EVENTS = [
  (bodies: readonly string[]) => fromQueue(named(bodies)),
  (bodies: readonly string[]) => fromFifo(named(bodies)),
  (bodies: readonly string[]) => fromShard(bodies),
  (bodies: readonly string[]) => fromMsk({ 't-0': bodies }),
];

/** The event with one of its fields, at any depth, exchanged for anything at all. */
const withAnything = (event: object) => {
  const fields = new Set<string>();
  const swap = (part: unknown, field?: string, value?: unknown): unknown => {
    if (typeof part !== 'object' || part === null) return part;
    const entries = Object.entries(part).map(([name, inner]) => {
      fields.add(name);
      return [name, name === field ? value : swap(inner, field, value)] as const;
    });
    return Array.isArray(part) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
  };
  swap(event);
  return fc
    .tuple(fc.constantFrom(...fields), fc.anything({ maxDepth: 2 }))
    .map(([field, value]) => swap(event, field, value));
};

describe('F16 the source function', () => {
  test('hands every record on, as an element or as none, and notes nothing of it', async () => {
    const bodies = fc.array(hostileText([ELEMENT]), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...EVENTS), bodies, async (eventOf, given) => {
        const { fed, telemetry, bring } = setUp();
        expect(await bring(eventOf(given))).toEqual({ batchItemFailures: [] });
        expect(fed.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(
          given.map((body) => Buffer.from(body).toString()),
        );
        for (const { content } of fed) if (!content.ok) expect(content.code).toMatch(/^[A-Z][A-Z0-9_]+$/);
        expect(telemetry.notes).toEqual([]);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  test('refuses what no source sends as a whole, or reads it: nothing counts as done that was not handed on', async () => {
    const event = fc.oneof(...EVENTS.map((eventOf) => withAnything(eventOf([ELEMENT, ELEMENT]))), fc.anything());
    await fc.assert(
      fc.asyncProperty(event, async (odd) => {
        const { fed, bring } = setUp();
        const answer = await bring(odd).catch((error: unknown) => error);
        if (answer instanceof TypeError) {
          expect(answer.message).toBe('The event is none of SQS, Kinesis or Kafka.');
          expect(fed).toEqual([]);
          return;
        }
        const strange = readSourceEvent(odd).filter(({ arn, topic }) => !ROUTED.has(`${arn} ${topic}`));
        const reported = strange.flatMap(({ reports, records }) =>
          reports === 'each' ? records : records.slice(0, 1),
        );
        const { batchItemFailures } = answer as SourceAnswer;
        expect(batchItemFailures).toEqual(reported.map(({ receipt }) => ({ itemIdentifier: receipt })));
      }),
      { seed: SEED, numRuns: 600 },
    );
  });
});
