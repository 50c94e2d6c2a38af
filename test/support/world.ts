import type { Engine } from '../../shared/app/engine.ts';
import { makeLedgerBook } from '../../shared/app/ledger-book.ts';
import type { Sender, SenderParts } from '../../shared/app/send/make-sender.ts';
import { makeSender } from '../../shared/app/send/make-sender.ts';
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
import type { VirtualClock } from '../../shared/memory/virtual-clock.ts';
import { makeVirtualClock } from '../../shared/memory/virtual-clock.ts';
import { CANARY_HEADERS, SECRET_CANARY, watchOutcomes, watchQueue, watchStore, watchTelemetry } from './canary.ts';
import type { Companion } from './companion.ts';
import { makeApi, makeTickProcess } from './processes.ts';
import type { Answer } from './receiver.ts';
import { makeReceiver } from './receiver.ts';
import type { Seams } from './seams.ts';

export type WorldOptions = Pick<SenderParts, 'limits' | 'outcomes' | 'aheadBytes'> & {
  readonly start?: number;
  readonly shards?: number;
  readonly timing?: Partial<Timing>;
  readonly workers?: number;
  /** How long a worker may work on one unit; a Lambda's time unless told. */
  readonly unitTimeMs?: number;
  readonly store?: MemoryStoreOptions;
  /** How long half a store call takes, asked before and after it; nothing unless told. */
  readonly latencyMs?: () => number;
  /** The target `push`. */
  readonly target?: Partial<Target>;
  /** More targets, each with a name. */
  readonly targets?: readonly Partial<Target>[];
  readonly answer?: Answer;
  /** How often the tick of this minute runs; once unless told. */
  readonly ticks?: (minute: number) => number;
  readonly seams?: Seams;
  /** More that lives on the same store and clock. */
  readonly companion?: (ports: Ports, engineOf: (owner: string, seams?: Seams) => Engine) => Companion;
};

/** Monday, far from any boundary of the calendar. */
export const WORLD_START = epochMs(Date.UTC(2026, 10, 23, 8, 0, 0));

const UNIT_TIME_MS = 90_000;
const RETENTION_MS = 14 * 86_400_000;

const targetOf = (part: Partial<Target> | undefined, now: EpochMs): Target => ({
  name: 'push',
  destination: { kind: 'http', url: 'https://push.example.com/', secrets: [{ secret: SECRET_CANARY }] },
  timeoutMs: 10_000,
  retry: STANDARD_RETRY_POLICY,
  delivery: 'at-least-once',
  headers: CANARY_HEADERS,
  createdAt: now,
  ...part,
});

const makePorts = (options: WorldOptions) => {
  const clock = makeVirtualClock(epochMs(options.start ?? WORLD_START));
  const { latencyMs } = options;
  const slow = latencyMs ? { hook: () => clock.sleepUntil(plusMs(clock.now(), latencyMs())) } : {};
  const bareStore = makeMemoryStore({ ...slow, ...options.store });
  return {
    clock,
    store: watchStore(bareStore),
    /** For tests that do what no process does: nobody looks for the canary in what is written here. */
    bareStore,
    queue: watchQueue(makeMemoryQueue({ clock, visibilityMs: 600_000 })),
    telemetry: watchTelemetry(makeMemoryTelemetry()),
    receiver: makeReceiver(clock, options.answer),
  };
};

export type Ports = ReturnType<typeof makePorts>;

/** Makes the engines of processes; each reaches the ports through its seams. */
const makeEngines = ({ clock, store, queue, telemetry }: Ports, options: WorldOptions) => {
  const engines: Engine[] = [];
  let names = 0;
  return {
    make: (owner: string, seams: Seams | undefined = options.seams): Engine => {
      const ownStore = seams?.store?.(owner, store) ?? store;
      const engine: Engine = {
        timeline: 'send',
        store: ownStore,
        queue: seams?.queue?.(owner, queue) ?? queue,
        clock: seams?.clock?.(owner, clock) ?? clock,
        telemetry,
        ledgers: makeLedgerBook(ownStore, owner),
        timing: { ...DEFAULT_TIMING, ...options.timing },
        shards: options.shards ?? 4,
        retentionMs: RETENTION_MS,
        owner,
        isDead: () => false,
        nonce: () => {
          names += 1;
          return `n${names}`;
        },
      };
      engines.push(engine);
      return engine;
    },
    /** Stores the running figures of all processes. */
    flush: async (): Promise<void> => {
      for (const { ledgers } of engines) await ledgers.flush();
    },
  };
};

const makeWorkers = (ports: Ports, options: WorldOptions, engineOf: (owner: string) => Engine) => {
  const now = ports.clock.now();
  const target = targetOf(options.target, now);
  const targets = new Map(
    [options.target, ...(options.targets ?? [])].map((part) => {
      const made = targetOf(part, now);
      return [made.name, made];
    }),
  );
  let made = 0;
  const make = (): Sender => {
    const owner = `worker-${made}`;
    made += 1;
    const channel = ports.receiver.channelOf(owner);
    const seen = options.seams?.channel?.(owner, channel) ?? channel;
    return makeSender({
      engine: engineOf(owner),
      targets: { find: async (name) => targets.get(name) },
      channelOf: () => seen,
      ...(options.limits ? { limits: options.limits } : {}),
      ...(options.aheadBytes === undefined ? {} : { aheadBytes: options.aheadBytes }),
      outcomes: watchOutcomes(options.outcomes),
    });
  };
  const workers = Array.from({ length: options.workers ?? 2 }, make);
  /** Puts a new process in the place of worker `n`. */
  const replace = (n: number): void => {
    workers[n] = make();
  };
  return { target, targets, workers, replace };
};

/** Work that nobody waits for; what it throws is kept. */
const makeBackground = () => {
  const failures: unknown[] = [];
  const track = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => failures.push(error));
  };
  return { failures, track };
};

type Drive = {
  readonly clock: VirtualClock;
  readonly nextVisibleAt: () => readonly (EpochMs | undefined)[];
  readonly deliverHints: () => void;
  /** Starts the tick of this minute. */
  readonly startTick: (minute: number) => void;
};

const makeTime = ({ clock, nextVisibleAt, deliverHints, startTick }: Drive) => {
  let nextTick = Math.ceil((clock.now() + 1) / 60_000) * 60_000;

  const tickNow = (): void => {
    startTick(nextTick / 60_000);
    nextTick += 60_000;
  };

  /** Lets time pass: hints are worked off as they show, ticks run on the minute. */
  const runUntil = async (end: number): Promise<void> => {
    while (clock.now() < end) {
      // What was just started may send a hint for now: it counts before time moves on.
      await clock.advanceTo(clock.now());
      const times = [clock.nextWakeAt(), ...nextVisibleAt(), nextTick, end].filter((at) => at !== undefined);
      await clock.advanceTo(epochMs(Math.max(clock.now(), Math.min(...times))));
      if (clock.now() >= nextTick) tickNow();
      deliverHints();
    }
    await clock.advanceTo(clock.now());
  };

  /** Lets time pass while `call` runs, and gives its result. */
  const during = async <T>(call: Promise<T>, end = clock.now() + 5_000): Promise<T> => {
    let settled = false;
    const watched = call.finally(() => {
      settled = true;
    });
    watched.catch(() => undefined);
    for (let until = clock.now(); !settled && until <= end; until = plusMs(until, 50)) await runUntil(until);
    return watched;
  };
  return { runUntil, during };
};

/** The real engine on the memory adapters and a virtual clock, with a receiver that notes what arrives. */
export const makeWorld = (options: WorldOptions = {}) => {
  const ports = makePorts(options);
  const { clock, queue } = ports;
  const engines = makeEngines(ports, options);
  const { failures, track } = makeBackground();
  const api = makeApi(engines.make('api'));
  const { tick, replaceTick } = makeTickProcess(engines.make);
  const work = makeWorkers(ports, options, engines.make);
  const companion = options.companion?.(ports, engines.make);
  let turn = 0;

  const deliverHints = (): void => {
    for (const delivery of companion?.deliver() ?? []) track(delivery);
    for (const hint of queue.receive(clock.now())) {
      const unit = decodePointer(hint.body);
      turn += 1;
      const worker = work.workers[turn % work.workers.length];
      const stopAt = plusMs(clock.now(), options.unitTimeMs ?? UNIT_TIME_MS);
      if (unit && worker) track(worker.work(unit, stopAt).then(() => queue.remove(hint.id)));
    }
  };

  /** Doubled ticks overlap. */
  const startTick = (minute: number): void => {
    if (companion) track(companion.tick());
    for (let runs = options.ticks?.(minute) ?? 1; runs > 0; runs -= 1) track(tick.run());
  };

  return {
    ...ports,
    ...work,
    ...makeTime({
      clock,
      nextVisibleAt: () => [queue.nextVisibleAt(), companion?.nextVisibleAt()],
      deliverHints,
      startTick,
    }),
    arrivals: ports.receiver.arrivals,
    ...api,
    /** Another process of the API. */
    makeApi: (owner: string, seams?: Seams) => makeApi(engines.make(owner, seams)),
    flush: engines.flush,
    tick,
    replaceTick,
    failures,
    track,
  };
};

export type World = ReturnType<typeof makeWorld>;
