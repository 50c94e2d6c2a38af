import type { Engine } from '../../shared/app/engine.ts';
import { makeLedgerBook } from '../../shared/app/ledger-book.ts';
import { makeMessageDesk } from '../../shared/app/make-message-desk.ts';
import type { Sender } from '../../shared/app/send/make-sender.ts';
import { makeSender } from '../../shared/app/send/make-sender.ts';
import { makeTick } from '../../shared/app/tick/make-tick.ts';
import { STANDARD_RETRY_POLICY } from '../../shared/core/delivery/retry.ts';
import type { Target } from '../../shared/core/delivery/target.ts';
import { decodePointer } from '../../shared/core/segment/pointer.ts';
import type { Timing } from '../../shared/core/segment/timing.ts';
import { DEFAULT_TIMING } from '../../shared/core/segment/timing.ts';
import type { EpochMs } from '../../shared/core/time/epoch.ts';
import { epochMs, plusMs } from '../../shared/core/time/epoch.ts';
import { makeMemoryQueue } from '../../shared/memory/memory-queue.ts';
import type { MemoryStoreOptions } from '../../shared/memory/memory-store.ts';
import { makeMemoryStore } from '../../shared/memory/memory-store.ts';
import { makeMemoryTelemetry } from '../../shared/memory/telemetry.ts';
import { makeVirtualClock } from '../../shared/memory/virtual-clock.ts';
import type { Channel, Delivery, Outcome } from '../../shared/ports/channel.ts';
import type { ItemStore } from '../../shared/ports/item-store.ts';

/** One arrival at the world's receiver. */
export type Arrival = {
  readonly id: string;
  readonly at: EpochMs;
  readonly dueAt: EpochMs;
  readonly attempt: number;
  readonly body: string;
};

export type WorldOptions = {
  readonly start?: number;
  readonly shards?: number;
  readonly timing?: Partial<Timing>;
  readonly workers?: number;
  readonly store?: MemoryStoreOptions;
  /** How long half a store call takes, asked before and after it; nothing unless told. */
  readonly latencyMs?: () => number;
  readonly target?: Partial<Target>;
  /** How the receiver answers; accepts everything unless told. */
  readonly answer?: (delivery: Delivery, at: EpochMs) => Outcome | Promise<Outcome>;
  /** Whether the tick of this minute runs; always unless told. */
  readonly ticks?: (minute: number) => number;
};

/** Monday, far from any boundary of the calendar. */
export const WORLD_START = epochMs(Date.UTC(2026, 10, 23, 8, 0, 0));

const UNIT_TIME_MS = 90_000;

/** The real engine on the memory adapters and a virtual clock, with a receiver that notes what arrives. */
export const makeWorld = (options: WorldOptions = {}) => {
  const clock = makeVirtualClock(epochMs(options.start ?? WORLD_START));
  const { latencyMs } = options;
  const slow = latencyMs ? { hook: () => clock.sleepUntil(plusMs(clock.now(), latencyMs())) } : {};
  const store: ItemStore = makeMemoryStore({ ...slow, ...options.store });
  const queue = makeMemoryQueue({ clock, visibilityMs: 600_000 });
  const telemetry = makeMemoryTelemetry();
  const arrivals: Arrival[] = [];
  const failures: unknown[] = [];
  let names = 0;

  const target: Target = {
    name: 'push',
    destination: { kind: 'none' },
    timeoutMs: 10_000,
    retry: STANDARD_RETRY_POLICY,
    delivery: 'at-least-once',
    headers: {},
    createdAt: clock.now(),
    ...options.target,
  };

  const channel: Channel = {
    send: async (_target, deliveries, report) => {
      const answers = deliveries.map((delivery) => {
        const { messageId, dueAt, attempt, payload } = delivery;
        arrivals.push({ id: messageId, at: clock.now(), dueAt, attempt, body: new TextDecoder().decode(payload) });
        return options.answer?.(delivery, clock.now()) ?? { kind: 'sent' as const };
      });
      await Promise.all(
        answers.map(async (answer, index) => {
          report(index, answer instanceof Promise ? await answer : answer);
        }),
      );
    },
  };

  const makeEngine = (owner: string): Engine => ({
    store,
    queue,
    clock,
    telemetry,
    ledgers: makeLedgerBook(store, owner),
    timing: { ...DEFAULT_TIMING, ...options.timing },
    shards: options.shards ?? 4,
    retentionMs: 14 * 86_400_000,
    owner,
    isDead: () => false,
    nonce: () => {
      names += 1;
      return `n${names}`;
    },
  });

  const targets = { find: async (name: string) => (name === target.name ? target : undefined) };
  const engine = makeEngine('api');
  const makeWorker = (n: number): Sender =>
    makeSender({ engine: makeEngine(`worker-${n}`), targets, channelOf: () => channel });
  const workers = Array.from({ length: options.workers ?? 2 }, (_, n) => makeWorker(n));
  let turn = 0;

  const tick = makeTick(engine);
  const background = new Set<Promise<unknown>>();
  const track = (work: Promise<unknown>): void => {
    const tracked: Promise<unknown> = work
      .catch((error: unknown) => failures.push(error))
      .then(() => background.delete(tracked));
    background.add(tracked);
  };

  const deliverHints = (): void => {
    for (const hint of queue.receive(clock.now())) {
      const unit = decodePointer(hint.body);
      turn += 1;
      const worker = workers[turn % workers.length];
      if (unit && worker) track(worker.work(unit, plusMs(clock.now(), UNIT_TIME_MS)).then(() => queue.remove(hint.id)));
    }
  };

  let nextTick = Math.ceil((clock.now() + 1) / 60_000) * 60_000;
  /** Doubled ticks overlap. */
  const tickNow = (): void => {
    const runs = options.ticks?.(nextTick / 60_000) ?? 1;
    for (let n = 0; n < runs; n += 1) track(tick.run());
    nextTick += 60_000;
  };

  /** Lets time pass: hints are worked off as they show, ticks run on the minute. */
  const runUntil = async (end: number): Promise<void> => {
    while (clock.now() < end) {
      const times = [clock.nextWakeAt(), queue.nextVisibleAt(), nextTick, end].filter((at) => at !== undefined);
      await clock.advanceTo(epochMs(Math.max(clock.now(), Math.min(...times))));
      if (clock.now() >= nextTick) tickNow();
      deliverHints();
    }
    await clock.advanceTo(clock.now());
  };

  /** Starts something now, lets it run while time passes, and gives its result. */
  const during = async <T>(call: Promise<T>, end = clock.now() + 5_000): Promise<T> => {
    let settled = false;
    const watched = call.finally(() => {
      settled = true;
    });
    watched.catch(() => undefined);
    for (let until = clock.now(); !settled && until <= end; until = plusMs(until, 50)) await runUntil(until);
    return watched;
  };

  return {
    during,
    track,
    clock,
    store,
    queue,
    telemetry,
    engine,
    desk: makeMessageDesk(engine),
    tick,
    workers,
    arrivals,
    failures,
    runUntil,
    target,
  };
};

export type World = ReturnType<typeof makeWorld>;
