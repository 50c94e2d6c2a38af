import { describe, expect, it } from 'vitest';
import type { FunctionName } from '../../cdk/grants.ts';
import { ACTIONS, GRANTS } from '../../cdk/grants.ts';
import type { Engine } from '../../shared/app/engine.ts';
import { makeLedgerBook } from '../../shared/app/ledger-book.ts';
import { makeDeadLetterDesk } from '../../shared/app/make-dead-letter-desk.ts';
import { makeMessageDesk } from '../../shared/app/make-message-desk.ts';
import { makeStatusDesk } from '../../shared/app/make-status-desk.ts';
import { makeSender } from '../../shared/app/send/make-sender.ts';
import { makeTargetCache } from '../../shared/app/target-cache.ts';
import { makeTargets } from '../../shared/app/targets.ts';
import { makeTick } from '../../shared/app/tick/make-tick.ts';
import { makeDynamoClient } from '../../shared/aws/clients.ts';
import { makeDynamoStore } from '../../shared/aws/dynamo/dynamo-store.ts';
import type { Target } from '../../shared/core/delivery/target.ts';
import { decodePointer } from '../../shared/core/segment/pointer.ts';
import { DEFAULT_TIMING } from '../../shared/core/segment/timing.ts';
import type { EpochMs } from '../../shared/core/time/epoch.ts';
import { epochMs, plusMs } from '../../shared/core/time/epoch.ts';
import { makeMemoryQueue } from '../../shared/memory/memory-queue.ts';
import { makeMemoryStore } from '../../shared/memory/memory-store.ts';
import { makeMemoryTelemetry } from '../../shared/memory/telemetry.ts';
import { makeVirtualClock } from '../../shared/memory/virtual-clock.ts';
import type { Channel } from '../../shared/ports/channel.ts';
import type { ItemStore } from '../../shared/ports/item-store.ts';
import { StoreError } from '../../shared/ports/store-error.ts';
import { makeFastClock } from '../support/fast-clock.ts';
import { startWire } from '../support/wire.ts';
import { grantedStore } from './granted-store.ts';

const MINUTE_MS = 60_000;
const START = epochMs(Date.UTC(2026, 10, 23, 8, 0, 0));
const POLICY = { maxAttempts: 2, delaysMs: [30_000], jitter: 0 };

/** The three functions' use cases on one memory store, each through its own grants. */
function makeDeployment() {
  const clock = makeVirtualClock(START);
  const queue = makeMemoryQueue({ clock, visibilityMs: 10 * MINUTE_MS });
  /** What happens before the next batch of writes is applied. */
  const meanwhile: (() => Promise<unknown>)[] = [];
  /** How many commits of keys are not stored, of which their writers never hear. */
  const lost = { commits: 0 };
  const stored = makeMemoryStore({
    hook: async (phase, call, { table }) => {
      if (phase === 'before' && call === 'putMany') await meanwhile.shift()?.();
      if (phase === 'before' && call === 'put' && table === 'keys' && lost.commits > 0) {
        lost.commits -= 1;
        throw new StoreError('UNKNOWN', 'no answer');
      }
    },
  });
  const used = new Set<string>();
  let names = 0;
  const engineOf = (name: FunctionName): Engine => {
    const store = grantedStore(stored, name, (use) => used.add(use));
    const ledgers = makeLedgerBook(store, name);
    const nonce = () => `n${names++}`;
    const timing = DEFAULT_TIMING;
    const retentionMs = 14 * 24 * 60 * MINUTE_MS;
    const telemetry = makeMemoryTelemetry();
    return {
      timeline: 'send' as const,
      store,
      queue,
      clock,
      telemetry,
      ledgers,
      timing,
      shards: 2,
      retentionMs,
      owner: name,
      isDead: () => false,
      nonce,
    };
  };
  const [ingest, tick, send] = [engineOf('ingest'), engineOf('tick'), engineOf('send')];
  const targetsOf = ({ store, nonce }: Engine) =>
    makeTargets({ store, clock, nonce, randomBytes: (n) => new Uint8Array(n) });
  const channel: Channel = {
    send: async ({ name }, deliveries, report) => {
      const failed = {
        kind: 'failed',
        retryable: true,
        effectPossible: false,
        reason: 'HTTP_500',
        status: 500,
      } as const;
      deliveries.forEach((_, index) => {
        report(index, name === 'down' ? failed : { kind: 'sent', status: 200 });
      });
    },
  };
  const sender = makeSender({
    engine: send,
    targets: makeTargetCache(targetsOf(send), clock),
    channelOf: () => channel,
  });
  const work = async (body: string): Promise<void> => {
    const unit = decodePointer(body);
    if (unit) await sender.work(unit, plusMs(clock.now(), MINUTE_MS));
    await send.ledgers.flush();
  };
  return { clock, queue, used, meanwhile, lost, ingest, targets: targetsOf(ingest), tick: makeTick(tick), work };
}

type Deployment = ReturnType<typeof makeDeployment>;

/** Lets time pass, with a tick every minute and a sender for every hint; throws what any of them threw. */
async function runFor({ clock, queue, tick, work }: Deployment, minutes: number): Promise<void> {
  const underWay: Promise<unknown>[] = [];
  const end = plusMs(clock.now(), minutes * MINUTE_MS);
  for (let now = clock.now(); now < end; now = plusMs(now, 1000)) {
    if (now % MINUTE_MS === 0) underWay.push(tick.run());
    for (const { id, body } of queue.receive(now)) underWay.push(work(body).then(() => queue.remove(id)));
    await clock.advanceTo(plusMs(now, 1000));
  }
  await Promise.all(underWay);
}

const target = (destination: Extract<Target['destination'], { kind: 'none' | 'log' }>, ratePerSecond?: number) => ({
  destination,
  timeoutMs: 10_000,
  retry: POLICY,
  delivery: 'at-least-once' as const,
  headers: {},
  ...(ratePerSecond !== undefined && { ratePerSecond }),
});

const message = (name: string, dueAt: EpochMs) => ({ target: name, dueAt, payload: '{}' });

async function useTargets({ targets }: Deployment): Promise<void> {
  await targets.put('push', target({ kind: 'none' }, 100));
  await targets.put('down', target({ kind: 'none' }));
  await targets.put('gone', target({ kind: 'log' }));
  await targets.remove('gone');
  expect((await targets.list({ limit: 10 })).items).toHaveLength(2);
}

async function useMessages(deployment: Deployment): Promise<void> {
  const { ingest, clock } = deployment;
  const desk = makeMessageDesk(ingest);
  const later = plusMs(clock.now(), 12 * MINUTE_MS);
  await desk.putKeyed('soon', message('push', plusMs(clock.now(), 5000)));
  // Its reference stands, so that a sender has the key refuse it.
  deployment.lost.commits = 1;
  await expect(desk.putKeyed('uncommitted', message('push', plusMs(clock.now(), 5000)))).rejects.toThrow('no answer');
  await desk.putKeyed('later', message('push', later));
  await desk.putKeyed('later', message('push', plusMs(later, MINUTE_MS)));
  await desk.putKeyed('failing', message('down', later));
  const { view } = await desk.putKeyed('not', message('push', later));
  await desk.cancel('not');
  await desk.find(view.id);
  await desk.explain('later');
  const bulk = async (idempotencyKey: string, dueAt: EpochMs) => {
    const intake = await desk.openIntake({ idempotencyKey, keepReceipts: true });
    await intake.add(message('push', dueAt));
    return (await intake.finish('hash')).ids[0] ?? '';
  };
  await desk.cancel(await bulk('in time', later));
  await runFor(deployment, 20);
  await desk.find('failing');
  // Its bucket is swept before the write ends, so the tick must be told to come back.
  deployment.meanwhile.push(() => {
    clock.setTo(plusMs(clock.now(), 3 * MINUTE_MS));
    return deployment.tick.run();
  });
  await bulk('late', plusMs(clock.now(), 5000));
  await runFor(deployment, 5);
}

async function useOperations(deployment: Deployment): Promise<void> {
  const { ingest, clock } = deployment;
  const deadLetters = makeDeadLetterDesk(ingest);
  expect((await deadLetters.list({ limit: 10 })).items).toHaveLength(1);
  expect(await deadLetters.redrive({ target: 'down' })).toEqual({ redriven: 1 });
  const desk = makeStatusDesk(ingest);
  expect((await desk.status()).counts.sent).toBe(3);
  await desk.buckets({ from: START, to: clock.now(), limit: 100 });
  await runFor(deployment, 5);
}

describe('the grants of the functions', () => {
  it('P20 are what their use cases need, and nothing more', async () => {
    const deployment = makeDeployment();
    await useTargets(deployment);
    await useMessages(deployment);
    await useOperations(deployment);
    const granted = (['ingest', 'tick', 'send'] as const).flatMap((name) =>
      Object.entries(GRANTS[name]).flatMap(([table, operations]) =>
        operations.map((operation) => `${name} ${operation} ${table}`),
      ),
    );
    expect([...deployment.used].sort()).toEqual(granted.sort());
  });

  it('P20 are of the actions that the store on DynamoDB takes for each operation, alone and many at once', async () => {
    const wire = await startWire('http://127.0.0.1:9');
    const client = makeDynamoClient({ region: 'us-east-1', endpoint: wire.endpoint });
    const tables = { segments: 'segments', keys: 'keys', control: 'control' };
    const store = makeDynamoStore({ client, tables, clock: makeFastClock(), random: () => 0 });
    const key = (n: number) => ({ table: 'segments', pk: `p${n}`, sk: '-' }) as const;
    const item = (n: number) => ({ ...key(n), version: 1 });
    const operations: Readonly<Record<keyof ItemStore, (n: number) => Promise<unknown>>> = {
      get: (n) => store.get(key(n)),
      getMany: (n) => store.getMany([key(n), key(n + 10)]),
      query: (n) => store.query({ table: 'segments', pk: `p${n}`, from: 'a', to: 'b', limit: 10 }),
      put: (n) => store.put(item(n), 'any'),
      putMany: (n) => store.putMany([item(n), item(n + 10)]),
      add: (n) => store.add(key(n), { sent: 1 }),
      remove: (n) => store.remove(key(n), 'any'),
    };
    const taken: Record<string, string[]> = {};
    for (const [name, call] of Object.entries(operations)) {
      wire.meddle(async () => ({ status: 200, body: {} }));
      await call(1);
      await Promise.all([call(1), call(2), call(3)]);
      taken[name] = [...new Set(wire.operations)].map((operation) => `dynamodb:${operation}`);
    }
    client.destroy();
    await wire.close();
    expect(taken).toEqual(ACTIONS);
  });

  it('are enforced by the store that tests run on', async () => {
    const store = grantedStore(makeMemoryStore(), 'tick');
    const item = { table: 'keys', pk: 'a', sk: '-', version: 1 } as const;
    await expect(store.put(item, 'any')).rejects.toThrow('AccessDenied: tick may not dynamodb:PutItem in keys');
    await expect(store.putMany([item])).rejects.toThrow('AccessDenied');
  });
});
