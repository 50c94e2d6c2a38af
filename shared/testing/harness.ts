import { stepBroadcast } from '../core/process/broadcast-step.ts';
import { classifyElement } from '../core/process/classify-element.ts';
import { END_OF_TIME } from '../core/process/event-time.ts';
import { type OutputSpecs, outputId, type ValueOf } from '../core/process/output.ts';
import { parseElement } from '../core/process/parse-element.ts';
import type { TypedProcess } from '../core/process/process.ts';
import { ProcessError } from '../core/process/process-error.ts';
import { readState } from '../core/process/read-state.ts';
import type { Input } from '../core/process/turn.ts';
import { advanceInput, openCombined, setIdle } from '../core/process/watermark/combined.ts';
import type { PartitionName, SourceWatermarks } from '../core/process/watermark/source-watermarks.ts';
import { advanceCalls, afterwards, settleCall } from './call-runner.ts';
import type { Fed, Harness, HarnessOptions, Row } from './harness-types.ts';
import { makeKeyStore } from './key-store.ts';
import { advancePartition, followSources, observeElement, openPartitions, probePartitions } from './partitions.ts';
import { combine, fireDueTimers, fireReached, noteCalls, recover, runTurn, type World } from './world.ts';

/** A harness for a process: feed it, move its time, read what it did. No clock, no I/O. */
export const makeHarness = <Inputs, Main, Sides extends OutputSpecs>(
  process: TypedProcess<Inputs, Main, Sides>,
  options: HarnessOptions = {},
): Harness<Inputs, Main, Sides> => {
  const world = openWorld(process, options);
  afterwards(world, options);
  return {
    ...feeding<Inputs>(world, options),
    ...timing(world, options),
    ...reading<Main, Sides>(world),
    get now() {
      return world.now;
    },
    get watermark() {
      return world.watermarks.output;
    },
  };
};

function openWorld(process: World['process'], { restore, startAt, partitions = {} }: HarnessOptions): World {
  const now = restore?.now ?? startAt ?? 0;
  const inputs = [...Object.keys(process.inputs), ...(process.broadcast ? ['broadcast'] : [])];
  const world: World = {
    process,
    store: makeKeyStore(process, restore?.keys),
    log: [],
    now,
    over: restore?.ended ? Number.MIN_SAFE_INTEGER : now - 1,
    watermarks: restore?.watermarks ?? openCombined(inputs),
    sources: restore?.sources ?? openPartitions(inputs, partitions, now),
    dated: restore?.dated ?? startAt !== undefined,
    broadcast: restore?.broadcast ?? {},
    broadcasts: restore?.broadcasts ?? 0,
    crash: null,
    interrupted: restore?.undelivered ?? null,
    undelivered: null,
    behind: restore?.behind ?? false,
    ended: restore?.ended ?? false,
    pending: new Map(),
    running: new Map(),
    held: [],
  };
  for (const key of world.store.keys()) noteCalls(world, key, world.store.read(key));
  recover(world);
  return world;
}

/** Does what was asked for, then what follows from it; a crash ends both. */
function act(world: World, options: HarnessOptions, work: () => void): void {
  try {
    if (world.behind) fireReached(world);
    work();
  } finally {
    if (world.interrupted === null) afterwards(world, options);
  }
}

type AnyFed = {
  readonly key: string;
  readonly value: unknown;
  readonly timestamp?: number;
  readonly id?: string;
  readonly input?: string;
  readonly partition?: string;
};

type AnyHarness<Inputs, Main = unknown, Sides extends OutputSpecs = OutputSpecs> = Harness<Inputs, Main, Sides>;

function feeding<Inputs>(
  world: World,
  options: HarnessOptions,
): Pick<AnyHarness<Inputs>, 'element' | 'broadcast' | 'command'> {
  const feed = (key: string, input: Input): void => {
    runTurn(world, key, { inputs: [input] });
    if (options.redeliver && input.kind === 'element' && input.id !== null) runTurn(world, key, { inputs: [input] });
  };
  return {
    element: (fed: Fed<Inputs>) => {
      const { key, value, timestamp = null, id = null, input = 'main', partition } = fed as AnyFed;
      requireKey(key);
      const parsed = parseElement(world.process, input, value);
      const isFuture = world.dated && classifyElement(world.process, { timestamp }, world.now) === 'future';
      const element = { kind: 'element', input, id, timestamp, value: parsed } as const;
      act(world, options, () => {
        feed(key, isFuture ? { ...element, divertTo: 'future' } : element);
        if (partition === undefined || timestamp === null || isFuture) return;
        follow(
          world,
          observeElement(world.process, world.sources, { at: { input, partition }, timestamp, now: world.now }),
        );
      });
    },
    broadcast: (value, timestamp) => {
      const parsed = parseElement(world.process, 'broadcast', value);
      const turn = { value: parsed, timestamp: timestamp ?? null, now: world.now, watermark: world.watermarks.output };
      const { state, outputs } = stepBroadcast(world.process, world.broadcast, turn);
      world.broadcast = state;
      const version = ++world.broadcasts;
      for (const [n, output] of outputs.entries()) {
        const id = outputId(world.process.name, '', { version, n });
        world.log.push({ kind: 'output', key: null, ...output, id });
      }
    },
    command: (key, command) => act(world, options, () => feed(key, command)),
  };
}

function timing(
  world: World,
  options: HarnessOptions,
): Pick<
  AnyHarness<unknown>,
  'advanceTo' | 'advanceWatermark' | 'setIdle' | 'end' | 'crashNext' | 'save' | 'settleCall'
> {
  const advance = (watermark: number, inputs = Object.keys(world.watermarks.inputs)): void =>
    act(world, options, () =>
      combine(
        world,
        inputs.reduce((combined, input) => advanceInput(combined, input, watermark), world.watermarks),
      ),
    );
  const advanceOne = (watermark: number, at: PartitionName): void =>
    act(world, options, () => follow(world, advancePartition(world.sources, at, { watermark, now: world.now })));
  return {
    advanceTo: (at) => {
      advanceCalls(world, options, at);
      world.now = at;
      if (world.ended) return;
      act(world, options, () => {
        fireOver(world, at);
        follow(world, probePartitions(world.process, world.sources, at));
      });
    },
    advanceWatermark: (watermark, input, partition) => {
      if (partition !== undefined) advanceOne(watermark, { input: input ?? 'main', partition });
      else advance(watermark, input === undefined ? undefined : [input]);
    },
    setIdle: (input, idle) => act(world, options, () => combine(world, setIdle(world.watermarks, input, idle))),
    end: () => {
      world.ended = true;
      world.over = Number.MIN_SAFE_INTEGER;
      advance(END_OF_TIME);
    },
    crashNext: (point) => {
      world.crash = point;
    },
    save: () => ({
      keys: world.store.save(),
      now: world.now,
      watermarks: world.watermarks,
      sources: world.sources,
      broadcast: world.broadcast,
      dated: world.dated,
      broadcasts: world.broadcasts,
      ended: world.ended,
      undelivered: world.undelivered,
      behind: world.behind,
    }),
    settleCall: (id, reply) => {
      if (settleCall(world, id, reply)) afterwards(world, options);
    },
  };
}

function follow(world: World, sources: SourceWatermarks): void {
  if (sources === world.sources) return;
  world.sources = sources;
  combine(world, followSources(world.watermarks, sources));
}

/** Fires the timers up to the end of a millisecond. Elements belong to one that is not over yet. */
function fireOver(world: World, at: number): void {
  world.over = at;
  try {
    fireDueTimers(world);
  } finally {
    world.over = at - 1;
  }
}

function reading<Main, Sides extends OutputSpecs>(
  world: World,
): Pick<
  AnyHarness<unknown, Main, Sides>,
  'outputs' | 'sideOutput' | 'log' | 'state' | 'timers' | 'keys' | 'partitions' | 'calls' | 'failedCalls'
> {
  const rows = (name: string | null): Row<unknown>[] => {
    const seen = new Set<string>();
    return world.log.flatMap((event) => {
      if (event.kind !== 'output' || event.output !== name || seen.has(event.id)) return [];
      seen.add(event.id);
      return [{ key: event.key, value: event.value, timestamp: event.timestamp }];
    });
  };
  return {
    outputs: () => rows(null) as Row<Main>[],
    sideOutput: <K extends keyof Sides & string>(name: K) => rows(name) as Row<ValueOf<Sides[K]>>[],
    log: () => world.log,
    state: (key) => readState(world.process, world.store.read(key)),
    timers: (key) => {
      const { event, processing } = world.store.read(key);
      return [...event, ...processing];
    },
    keys: () => world.store.keys(),
    partitions: (input = 'main') => world.sources.inputs[input]?.valve.channels ?? {},
    calls: () => [...world.running.values()].map(({ running }) => running),
    failedCalls: () => {
      const failed = world.log.filter((event) => event.kind === 'failed-call');
      return [...new Map(failed.map(({ kind: _, key: __, ...call }) => [call.id, call])).values()];
    },
  };
}

function requireKey(key: string): void {
  if (typeof key === 'string' && key !== '') return;
  throw new ProcessError('INVALID_ELEMENT', 'An element needs a key: a text that is not empty.');
}
