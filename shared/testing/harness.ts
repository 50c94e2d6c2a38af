import { stepBroadcast } from '../core/process/broadcast-step.ts';
import type { TypedProcess } from '../core/process/definition.ts';
import { END_OF_TIME } from '../core/process/event-time.ts';
import { type OutputSpecs, outputId, type ValueOf } from '../core/process/output.ts';
import { parseElement } from '../core/process/parse-element.ts';
import { ProcessError } from '../core/process/process-error.ts';
import { readState } from '../core/process/read-state.ts';
import { advanceInput, type Combined, openCombined, setIdle } from '../core/process/watermark/combined.ts';
import type { Fed, Harness, HarnessOptions, Row } from './harness-types.ts';
import { makeKeyStore } from './key-store.ts';
import { fireDueTimers, runTurn, type World } from './world.ts';

/** A harness for a process: feed it, move its time, read what it did. No clock, no I/O. */
export const makeHarness = <Inputs, Main, Sides extends OutputSpecs>(
  process: TypedProcess<Inputs, Main, Sides>,
  options: HarnessOptions = {},
): Harness<Inputs, Main, Sides> => {
  const world = openWorld(process, options);
  return {
    ...feeding<Inputs>(world, options.redeliver ?? false),
    ...timing(world),
    ...reading<Main, Sides>(world),
    get now() {
      return world.now;
    },
    get watermark() {
      return world.watermarks.output;
    },
  };
};

function openWorld(process: World['process'], { restore, startAt }: HarnessOptions): World {
  const now = restore?.now ?? startAt ?? 0;
  const inputs = [...Object.keys(process.inputs), ...(process.broadcast ? ['broadcast'] : [])];
  return {
    process,
    store: makeKeyStore(process, restore?.keys),
    log: [],
    now,
    over: now - 1,
    watermarks: restore?.watermarks ?? openCombined(inputs),
    broadcast: restore?.broadcast ?? {},
    broadcasts: 0,
    crash: null,
    interrupted: null,
    ended: false,
  };
}

type AnyFed = {
  readonly key: string;
  readonly value: unknown;
  readonly timestamp?: number;
  readonly id?: string;
  readonly input?: string;
};

type AnyHarness<Inputs, Main = unknown, Sides extends OutputSpecs = OutputSpecs> = Harness<Inputs, Main, Sides>;

function feeding<Inputs>(
  world: World,
  redeliver: boolean,
): Pick<AnyHarness<Inputs>, 'element' | 'broadcast' | 'command'> {
  return {
    element: (fed: Fed<Inputs>) => {
      const { key, value, timestamp = null, id = null, input = 'main' } = fed as AnyFed;
      requireKey(key);
      const parsed = parseElement(world.process, input, value);
      const inputs = [{ kind: 'element', input, id, timestamp, value: parsed } as const];
      runTurn(world, key, { inputs });
      if (redeliver && id !== null) runTurn(world, key, { inputs });
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
    command: (key, command) => {
      runTurn(world, key, { inputs: [command] });
    },
  };
}

function timing(
  world: World,
): Pick<AnyHarness<unknown>, 'advanceTo' | 'advanceWatermark' | 'setIdle' | 'end' | 'crashNext' | 'save'> {
  const combine = (watermarks: Combined): void => {
    const before = world.watermarks.output;
    world.watermarks = watermarks;
    if (watermarks.output === before) return;
    fireDueTimers(world);
    world.log.push({ kind: 'watermark', watermark: watermarks.output });
  };
  const advance = (watermark: number, inputs = Object.keys(world.watermarks.inputs)): void =>
    combine(inputs.reduce((combined, input) => advanceInput(combined, input, watermark), world.watermarks));
  return {
    advanceTo: (at) => {
      world.now = at;
      if (world.ended) return;
      world.over = at;
      fireDueTimers(world);
      // Elements belong to a millisecond that is not over yet.
      world.over = at - 1;
    },
    advanceWatermark: (watermark, input) => advance(watermark, input === undefined ? undefined : [input]),
    setIdle: (input, idle) => combine(setIdle(world.watermarks, input, idle)),
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
      broadcast: world.broadcast,
    }),
  };
}

function reading<Main, Sides extends OutputSpecs>(
  world: World,
): Pick<AnyHarness<unknown, Main, Sides>, 'outputs' | 'sideOutput' | 'log' | 'state' | 'timers' | 'keys'> {
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
  };
}

function requireKey(key: string): void {
  if (typeof key === 'string' && key !== '') return;
  throw new ProcessError('INVALID_ELEMENT', 'An element needs a key: a text that is not empty.');
}
