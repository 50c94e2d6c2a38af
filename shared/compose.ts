import { randomBytes, randomUUID } from 'node:crypto';
import type { MiddlewareObj } from '@middy/core';
import type { Engine } from './app/engine.ts';
import { makeLedgerBook } from './app/ledger-book.ts';
import { makeDynamoClient } from './aws/clients.ts';
import type { OnCapacity } from './aws/dynamo/access.ts';
import { makeDynamoStore } from './aws/dynamo/dynamo-store.ts';
import { makeSendBatch } from './aws/sqs/send-batch.ts';
import { makeSqsPointerQueue } from './aws/sqs/sqs-pointer-queue.ts';
import { makeSystemClock } from './aws/system-clock.ts';
import { type Config, readConfig } from './config.ts';
import { DEFAULT_TIMING, type Timing } from './core/segment/timing.ts';
import type { Clock } from './ports/clock.ts';
import type { Telemetry } from './ports/telemetry.ts';
import { makeTelemetry } from './telemetry.ts';

/** What tells a process from all others that ever ran, and which of those are known to have ended. */
export type ProcessIdentity = Pick<Engine, 'owner' | 'isDead'>;

/** A process that knows nothing of others, such as a Lambda sandbox. */
export const unknownToOthers = (): ProcessIdentity => ({ owner: randomUUID(), isDead: () => false });

export type EngineParts = {
  readonly config: Config;
  readonly telemetry: Telemetry;
  readonly identity: ProcessIdentity;
  /** For tests and measurements; all processes on one store must agree. */
  readonly timing?: Partial<Timing>;
  /** For measurements: asking for consumed capacity makes calls a little dearer. */
  readonly onCapacity?: OnCapacity;
};

/** The segment engine on the services that the configuration names. */
export function composeEngine({ config, telemetry, identity, timing, onCapacity }: EngineParts): Engine {
  const clock = makeSystemClock();
  const pacing = { clock, random: Math.random };
  let aheadMs = 0;
  const onSkew = (ms: number): void => {
    aheadMs = ms;
    telemetry.count('clockSkewMs', Math.abs(ms));
  };
  const store = makeDynamoStore({
    client: dynamoClient(config, clock, onSkew),
    tables: config.tables,
    ...pacing,
    ...(onCapacity && { onCapacity }),
  });
  return {
    timeline: 'send',
    store,
    skewMs: () => aheadMs,
    queue: makeSqsPointerQueue({ sendBatch: sendToQueues(config), queueUrls: config.sendQueueUrls, ...pacing }),
    clock,
    telemetry,
    ledgers: makeLedgerBook(store, identity.owner),
    timing: { ...DEFAULT_TIMING, lookaheadMs: config.lookaheadMs, ...timing },
    shards: config.shards,
    retentionMs: config.retentionMs,
    ...identity,
    // Entries hold the tokens of up to a thousand references, which are these: they are short.
    nonce: () => randomBytes(NONCE_BYTES).toString('base64url'),
  };
}

/** What every Lambda function stands on, from the environment. Throws `ConfigError`. */
export function composeFunction(service: string) {
  const config = readConfig();
  const telemetry = makeTelemetry({ ...config, service, clock: makeSystemClock() });
  return { config, telemetry, engine: composeEngine({ config, telemetry, identity: unknownToOthers() }) };
}

/** Sixteen characters; nobody draws one of 2^96 twice. */
const NONCE_BYTES = 12;

/** Figures wait for so long in a sandbox: each store of them is a write or two. */
const FLUSH_AFTER_MS = 5_000;

type Figures = { readonly ledgers: { flush(): Promise<void> }; readonly clock: Clock };

/** Stores the running figures at the end of an invocation, now and then. */
export function withLedgers<Event, Result>({ ledgers, clock }: Figures): MiddlewareObj<Event, Result> {
  let flushedAt = clock.now();
  const flush = async (): Promise<void> => {
    const now = clock.now();
    if (now - flushedAt < FLUSH_AFTER_MS) return;
    flushedAt = now;
    await ledgers.flush();
  };
  return { after: flush, onError: flush };
}

function dynamoClient({ region, endpoints }: Config, clock: Clock, onSkew: (aheadMs: number) => void) {
  return makeDynamoClient({
    region,
    ...(endpoints.dynamodb !== undefined && { endpoint: endpoints.dynamodb }),
    skew: { clock, onSkew },
  });
}

/** The calls of the queues; each call makes connections of its own. */
export const sendToQueues = ({ region, endpoints }: Config) => makeSendBatch({ region, endpoint: endpoints.sqs });
