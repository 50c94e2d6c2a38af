import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { chooseStage } from '../../cdk/stage.ts';
import { makeSend } from '../../functions/send/send.ts';
import { composeEngine, unknownToOthers } from '../../shared/compose.ts';
import { ENV, METRICS, readConfig } from '../../shared/config.ts';
import { parseMessageId } from '../../shared/core/segment/message-id.ts';
import { encodePointer } from '../../shared/core/segment/pointer.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import type { MemoryStoreOptions } from '../../shared/memory/memory-store.ts';
import type { MemoryTelemetry } from '../../shared/memory/telemetry.ts';
import { makeMemoryTelemetry } from '../../shared/memory/telemetry.ts';
import type { Delivery, Outcome } from '../../shared/ports/channel.ts';
import type { FinalOutcome } from '../../shared/ports/outcome-bus.ts';
import { StoreError } from '../../shared/ports/store-error.ts';
import { accept, failed, message } from '../app/calls.ts';
import { contextWith, sqsEvent } from '../functions/events.ts';
import { makeMortal } from '../support/mortal.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { alarms, dashboardBody, synthesize } from './templates.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 8 * MINUTE;

const templates = synthesize(chooseStage({ stage: 'prod' }));

/** The payload says how its attempts end. */
const answer = ({ payload, attempt }: Delivery): Outcome => {
  const text = new TextDecoder().decode(payload);
  if (text.includes('refused')) return failed('HTTP_404', { retryable: false, effectPossible: false });
  return text.includes('lost') && attempt === 1 ? failed('RESET') : { kind: 'sent' };
};

/** The first record of a log is refused once; the first worker dies with a lease in its hands. */
function makeUnluckyWorld(): World {
  let throttles = 0;
  const hook: MemoryStoreOptions['hook'] = (phase, call, { sk }) => {
    if (phase !== 'before' || call !== 'put' || !sk.startsWith('J#') || throttles > 0) return;
    throttles += 1;
    throw new StoreError('THROTTLED', 'too fast');
  };
  const { seams } = makeMortal({
    owner: 'worker-0',
    death: { call: 5, phase: 'after' },
    onDeath: () => world.replace(0),
    counts: () => world.clock.now() >= DUE - MINUTE,
  });
  const outcomes = { publish: async (lost: readonly FinalOutcome[]) => lost.length };
  const world: World = makeWorld({ shards: 1, workers: 1, seams, answer, store: { hook }, outcomes });
  return world;
}

/** Notes the names of what is counted, alone and with the target. */
function listen(telemetry: MemoryTelemetry): Set<string> {
  const heard = new Set<string>();
  const { count } = telemetry;
  telemetry.count = (metric, value, target) => {
    heard.add(metric);
    if (target !== undefined) heard.add(`${metric} ${target}`);
    count(metric, value, target);
  };
  return heard;
}

/** What is counted in a run with one of everything that can happen to a message. */
async function runEverything(): Promise<Set<string>> {
  const world = makeUnluckyWorld();
  const heard = listen(world.telemetry);
  const [, cancelled = ''] = await accept(world, [message(DUE, 'plain'), message(DUE, 'cancelled')]);
  await accept(world, [message(DUE, 'lost'), message(DUE, 'refused')]);
  await accept(world, [message(DUE, 'lost once', { delivery: 'at-most-once' })]);
  await accept(world, [message(DUE, 'lost in time', { notAfter: epochMs(DUE + 1000) })]);
  const [damaged = ''] = await accept(world, [message(DUE, 'damaged')]);
  const item = world.store.items().find(({ sk }) => sk === parseMessageId(damaged)?.sk);
  if (item) await world.during(world.store.put({ ...item, body: new Uint8Array(9) }, 'any'));
  await world.during(world.desk.cancel(cancelled));
  await world.runUntil(DUE + 5 * MINUTE);
  const sender = { work: async () => 'stale' as const };
  const nothing = encodePointer({ segment: { timeline: 'send', minute: 1, shard: 0 }, lane: 'E' });
  await makeSend({ ...world, sender })(sqsEvent({ a: nothing }), contextWith(60_000));
  expect(world.telemetry.latenessMs.count).toBeGreaterThan(0);
  return heard;
}

/** What is counted by an engine on the real client, beside a store whose clock is an hour behind. */
async function runOffClock(): Promise<Set<string>> {
  const telemetry = makeMemoryTelemetry();
  const heard = listen(telemetry);
  const server = createServer((_, reply) => {
    reply.setHeader('date', new Date(Date.now() - 60 * MINUTE).toUTCString());
    reply.setHeader('content-type', 'application/x-amz-json-1.0');
    reply.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = readConfig({
    [ENV.stage]: 'test',
    [ENV.segmentsTable]: 'Segments',
    [ENV.keysTable]: 'Keys',
    [ENV.controlTable]: 'Control',
    [ENV.sendQueueUrls]: `${url}/lane`,
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: url,
  });
  try {
    const { store } = composeEngine({ config, telemetry, identity: unknownToOthers() });
    await store.get({ table: 'keys', pk: 'a', sk: '-' });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  return heard;
}

it('P24 the functions write every metric that the dashboard and the alarms look at', async () => {
  const text = JSON.stringify([dashboardBody(templates), alarms(templates)]);
  const looked = new Set(
    Array.from(
      text.matchAll(/\["Meridian","(\w+)","stage"|"MetricName":"(\w+)","Namespace":"Meridian"/g),
      ([, graph, alarm]) => graph ?? alarm ?? '',
    ),
  );
  const byTarget = new Set(Array.from(text.matchAll(/MetricName=\\*"(\w+)/g), ([, name = '']) => name));
  expect(byTarget.size).toBe(3);
  expect(looked.size).toBeGreaterThan(15);

  const heard = new Set([...(await runEverything()), ...(await runOffClock()), METRICS.lateness]);
  expect([...looked].filter((name) => !heard.has(name))).toEqual([]);
  expect([...byTarget].filter((name) => !heard.has(`${name} push`))).toEqual([]);
});
