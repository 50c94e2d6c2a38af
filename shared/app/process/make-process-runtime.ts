import { Problem } from '../../core/problem.ts';
import type { Process } from '../../core/process/definition.ts';
import { ProcessError } from '../../core/process/process-error.ts';
import type { TimerInput } from '../../core/process/turn.ts';
import { holdingBack, withoutWatermark } from '../../core/process/watermark/source-watermarks.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { requireClock } from '../clock-check.ts';
import type { Engine } from '../engine.ts';
import { makeSender, type Sender } from '../send/make-sender.ts';
import { makeCursorGuard } from '../tick/cursor-guard.ts';
import { makeBroadcastBook } from './broadcast-book.ts';
import { makeCallDriver } from './call-driver.ts';
import { makeEventWaves } from './event-wave.ts';
import { makeFeed } from './feed-records.ts';
import { makeForward, makeHandOn } from './hand-on.ts';
import { inspectKey, listKeys } from './inspect-keys.ts';
import { type KeyWorker, makeKeyWorker } from './key-worker.ts';
import { makeProcessCounters, type ProcessCounters } from './process-counters.ts';
import { makeDelivered, type ProcessDeps } from './process-deps.ts';
import type { PartitionView, ProcessDesk, TimerName } from './process-desk.ts';
import { makeRedrive } from './redrive-input.ts';
import { makeSnapshotCache } from './snapshot-cache.ts';
import type { SourceBatch, SourceRecord } from './source-record.ts';
import { makeSubmit } from './submit-elements.ts';
import { makeTimerChannel, timerTargets } from './timer-channel.ts';
import { makeWatermarkBook, type WatermarkBook } from './watermark-book.ts';
import { readWatermark } from './watermark-record.ts';
import type { WavePointer } from './wave-pointer.ts';

/** Process functions on the segment engine, for one process of the operating system. */
export type ProcessRuntime = {
  readonly desk: ProcessDesk;
  /** Works off units of the process timeline: processing timers, to their millisecond. */
  readonly sender: Sender;
  /** Does what the event time of a process asks for; a name that is not known here is left to others. */
  runWave(pointer: WavePointer, stopAt: EpochMs): Promise<void>;
  /** Commits records of an event source; gives those that it may forget. Throws what the store threw. */
  feed(batch: SourceBatch): Promise<ReadonlySet<SourceRecord>>;
  readonly counters: ProcessCounters;
};

export type ProcessRuntimeParts = {
  /** Of the timeline `process`. */
  readonly engine: Engine;
  /** Of the timeline `send`. */
  readonly sending: Engine;
  readonly processes: readonly Process[];
  /** Makes asynchronous calls; not so a function that is frozen when it has answered. */
  readonly makesCalls?: boolean;
};

type Parts = {
  readonly deps: ProcessDeps;
  readonly worker: KeyWorker;
  readonly book: WatermarkBook;
};

const isSame = (a: TimerName, b: TimerName): boolean => a.domain === b.domain && a.at === b.at && a.name === b.name;

/** Applies an operator's change to the timers of a key. Throws Problem 422 where it cannot be. */
const changeTimer = async ({ deps, worker, book }: Parts, process: Process, of: { key: string; input: TimerInput }) => {
  const call = { process, key: of.key, inputs: [of.input], watermark: await book.published(process) };
  const [fate] = (await worker.submit(call)).fates;
  if (fate?.kind === 'failed') {
    const { error } = fate;
    throw error instanceof ProcessError ? new Problem(422, error.code, error.message) : error;
  }
  return inspectKey(deps, process, of.key);
};

const deleteTimer = async (parts: Parts, process: Process, of: { key: string; timer: TimerName }) => {
  const view = await inspectKey(parts.deps, process, of.key);
  if (!view?.timers.some((timer) => isSame(timer, of.timer))) return undefined;
  return changeTimer(parts, process, { key: of.key, input: { kind: 'delete-timer', ...of.timer } });
};

const armTimer = async (parts: Parts, process: Process, of: { key: string; timer: TimerName; at: number }) => {
  const { key, timer, at } = of;
  const view = await inspectKey(parts.deps, process, key);
  if (!view) return undefined;
  const { domain, name } = timer;
  const everyMs = view.timers.find((one) => one.domain === domain && one.name === name)?.everyMs ?? null;
  return changeTimer(parts, process, { key, input: { kind: 'set-timer', domain, at, name, from: timer.at, everyMs } });
};

const describe = async ({ deps }: Parts, process: Process) => {
  const { record } = await readWatermark(deps.engine, process);
  const { sources, firedThrough } = record;
  const holds = new Set(holdingBack(sources).map(({ input, partition }) => `${input}#${partition}`));
  const partitions = Object.entries(sources.inputs).flatMap(([input, { partitions: marks, valve }]) =>
    Object.entries(marks).map(
      ([partition, mark]): PartitionView => ({
        input,
        partition,
        ...mark,
        idle: valve.channels[partition]?.idle ?? false,
        holdsBack: holds.has(`${input}#${partition}`),
      }),
    ),
  );
  const counters = await deps.counters.read(process.name);
  const waitsFor = withoutWatermark(sources);
  return { name: process.name, watermark: sources.published, firedThrough, waitsFor, partitions, counters };
};

/** To be called before anything is stored: then ticks know of all shards that it may go into (C3). Throws Problem 503 where the clock is wrong. */
const makeOpen = ({ engine, sending }: ProcessDeps) => {
  const sendingCursor = makeCursorGuard(sending);
  const ownCursor = makeCursorGuard(engine);
  return async (): Promise<void> => {
    await requireClock(engine);
    await sendingCursor();
    await ownCursor();
  };
};

const makeDesk = (
  parts: Parts & { readonly open: () => Promise<void> },
  processes: ReadonlyMap<string, Process>,
  submit: ProcessDesk['submit'],
): ProcessDesk => {
  const { deps, book, open } = parts;
  return {
    names: () => [...processes.keys()],
    find: (name) => processes.get(name),
    describe: (process) => describe(parts, process),
    submit: async (process, elements, partition) => {
      await open();
      return submit(process, elements, partition);
    },
    advance: async (process, at, watermark) => {
      await open();
      const answer = await book.advance(process, at, watermark);
      if (!answer.advanced) deps.counters.count(process.name, { ignoredWatermarks: 1 });
      return answer;
    },
    end: async (process) => {
      await open();
      return book.end(process);
    },
    keys: (process, page) => listKeys(deps, process, page),
    key: (process, key) => inspectKey(deps, process, key),
    deleteTimer: (process, key, timer) => deleteTimer(parts, process, { key, timer }),
    armTimer: (process, key, { timer, at }) => armTimer(parts, process, { key, timer, at }),
  };
};

export const makeProcessRuntime = ({
  engine,
  sending,
  processes,
  makesCalls = true,
}: ProcessRuntimeParts): ProcessRuntime => {
  const named = new Map(processes.map((process) => [process.name, process]));
  const book = makeWatermarkBook(engine);
  const broadcasts = makeBroadcastBook(engine, sending, (...given) => deps.handOn(...given));
  const counters = makeProcessCounters(engine.store, engine.owner);
  const calls = makeCallDriver({
    clock: engine.clock,
    feed: async (process, key, input) =>
      worker.submit({ process, key, inputs: [input], watermark: await book.published(process) }),
    onError: () => engine.telemetry.note('warn', 'outcome of a call waits'),
  });
  const deps: ProcessDeps = {
    calls: makesCalls ? calls : undefined,
    engine,
    sending,
    counters,
    broadcasts,
    delivered: makeDelivered(),
    reached: book.reached,
    snapshots: makeSnapshotCache(),
    handOn: makeHandOn({ processes: named, book, worker: () => worker, deps: () => deps }),
  };
  const worker: KeyWorker = makeKeyWorker(deps);
  const waves = makeEventWaves({ engine, worker, book, forward: makeForward({ processes: named, book }) });
  const submitting = { worker, book, broadcasts, clock: engine.clock };
  const redrive = makeRedrive({ ...submitting, engine, processes: named });
  const channel = makeTimerChannel({ engine, processes: named, worker, book, calls, redrive });
  const open = makeOpen(deps);
  const feed = makeFeed(submitting, deps);
  const sender = makeSender({ engine, targets: timerTargets, channelOf: () => channel });
  return {
    desk: makeDesk({ deps, worker, book, open }, named, makeSubmit(submitting)),
    feed: async (batch) => {
      await open();
      return feed(batch);
    },
    sender: {
      ...sender,
      work: async (unit, stopAt) => {
        await open();
        return sender.work(unit, stopAt);
      },
    },
    runWave: async ({ process: name, at }, stopAt) => {
      const process = named.get(name);
      if (!process) return;
      await open();
      await waves.run(process, { at, stopAt });
    },
    counters,
  };
};
