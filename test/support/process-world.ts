import type { Engine } from '../../shared/app/engine.ts';
import { makeDeadLetterDesk } from '../../shared/app/make-dead-letter-desk.ts';
import { makeProcessRuntime, type ProcessRuntime } from '../../shared/app/process/make-process-runtime.ts';
import { makeProcessTick } from '../../shared/app/process/make-process-tick.ts';
import type { ElementDraft } from '../../shared/app/process/process-desk.ts';
import { decodeWavePointer } from '../../shared/app/process/wave-pointer.ts';
import type { Process } from '../../shared/core/process/definition.ts';
import { decodePointer } from '../../shared/core/segment/pointer.ts';
import { plusMs } from '../../shared/core/time/epoch.ts';
import { makeMemoryQueue } from '../../shared/memory/memory-queue.ts';
import { carryingProcess, carryingProcessDesk } from './carrying-process.ts';
import type { Companion } from './companion.ts';
import type { Seams } from './seams.ts';
import { makeWorld, type WorldOptions } from './world.ts';

export type ProcessWorldOptions = Omit<WorldOptions, 'companion'> & {
  readonly processes: readonly Process[];
  /** Processes of the operating system that run them; two unless told. */
  readonly runtimes?: number;
  /** The one that queue and timers come to; all in turn unless told. */
  readonly servedBy?: number;
  /** How often the tick of processes runs in a minute; once unless told. */
  readonly processTicks?: () => number;
};

const UNIT_TIME_MS = 45_000;

/** An element with what most tests leave out. */
export const element = (key: string, value: unknown, more: Partial<ElementDraft> = {}): ElementDraft => ({
  ...{ key, value, id: null, timestamp: null, input: 'main' },
  ...more,
});

/** The processes of the operating system that run process functions, with their queue and their tick. */
const makeCompanion = (options: ProcessWorldOptions, processes: readonly Process[]) => {
  const runtimes: ProcessRuntime[] = [];
  let make: (owner: string, seams?: Seams) => ProcessRuntime;
  let processing: (sending: Engine) => Engine;
  const companion: NonNullable<WorldOptions['companion']> = ({ clock }, engineOf): Companion => {
    const queue = makeMemoryQueue({ clock, visibilityMs: 360_000 });
    make = (owner, seams) => {
      const sending = engineOf(owner, seams);
      const through = (seams ?? options.seams)?.queue?.(owner, queue) ?? queue;
      const engine = { ...sending, timeline: 'process' as const, queue: through };
      return makeProcessRuntime({ engine, sending, processes });
    };
    for (let n = 0; n < (options.runtimes ?? 2); n++) runtimes.push(make(`runtime-${n}`));
    processing = (sending) => ({ ...sending, timeline: 'process', queue });
    const engine = processing(engineOf('process-tick'));
    const tick = makeProcessTick(engine);
    let turn = 0;
    const serve = async (body: string): Promise<void> => {
      turn += 1;
      const runtime = runtimes[options.servedBy ?? turn % runtimes.length] as ProcessRuntime;
      const stopAt = plusMs(clock.now(), UNIT_TIME_MS);
      const wave = decodeWavePointer(body);
      const unit = decodePointer(body);
      if (wave !== undefined) await runtime.runWave(wave, stopAt);
      else if (unit) await runtime.sender.work(unit, stopAt);
    };
    return {
      nextVisibleAt: queue.nextVisibleAt,
      deliver: () => queue.receive(clock.now()).map(({ id, body }) => serve(body).then(() => queue.remove(id))),
      tick: async () => {
        for (let runs = options.processTicks?.() ?? 1; runs > 0; runs--) {
          await tick.run();
        }
      },
    };
  };
  return {
    runtimes,
    companion,
    /** The engine of their timeline, for the API. */
    processing: (sending: Engine) => processing(sending),
    replace: (n: number, owner: string, seams?: Seams) => {
      runtimes[n] = make(owner, seams);
    },
  };
};

/** The real runtime of process functions and the real engine on the memory adapters and a virtual clock. */
export const makeProcessWorld = (options: ProcessWorldOptions) => {
  const processes = options.processes.map(carryingProcess);
  const { runtimes, companion, processing, replace } = makeCompanion(options, processes);
  const world = makeWorld({ ...options, companion });
  const processOf = (name: string): Process => processes.find((process) => process.name === name) as Process;
  const desk = (runtime: number) => carryingProcessDesk((runtimes[runtime] as ProcessRuntime).desk);
  const ofApi = processing(world.engine);
  return {
    ...world,
    /** The engine of the timeline of processes, as the API has it. */
    processing: ofApi,
    deadLetters: makeDeadLetterDesk(world.engine, ofApi),
    runtimes,
    /** The use cases of runtime `n`; for a call whose time has to pass, see `during`. */
    processDesk: desk,
    key: (name: string, key: string) => world.during(desk(0).key(processOf(name), key)),
    /** Sets the watermark of a partition. */
    advance: (name: string, watermark: number, at: { partition?: string; runtime?: number } = {}) =>
      world.during(
        desk(at.runtime ?? 0).advance(processOf(name), { input: 'main', partition: at.partition ?? 'http' }, watermark),
      ),
    /** Puts a new process of the operating system in the place of runtime `n`. */
    replaceRuntime: replace,
    processOf,
    /** Submits elements through runtime `n`, while time passes. */
    submit: (name: string, elements: readonly ElementDraft[], at: { partition?: string; runtime?: number } = {}) =>
      world.during(
        desk(at.runtime ?? 0).submit(processOf(name), elements, at.partition ?? 'http'),
        plusMs(world.clock.now(), 60_000),
      ),
    /** Bodies that arrived, as JSON, in order. */
    bodies: () => world.arrivals.map(({ body }) => JSON.parse(body)),
  };
};
