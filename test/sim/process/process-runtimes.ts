import { makeProcessFunction } from '../../../functions/process/process.ts';
import type { Engine } from '../../../shared/app/engine.ts';
import { makeProcessRuntime } from '../../../shared/app/process/make-process-runtime.ts';
import type { MemoryQueue } from '../../../shared/memory/memory-queue.ts';
import type { Actor } from '../actor.ts';
import { makeFaultyQueue } from '../faulty-queue.ts';
import type { Process, Processes, ProcessWorld } from '../process.ts';
import type { Loaded } from '../sandboxes.ts';
import type { Program, Tools } from './program.ts';
import type { Intake } from './sources.ts';

export type RuntimeWorld = ProcessWorld & {
  readonly processes: Processes;
  readonly programs: readonly Program[];
  /** The queue of the timeline of process functions. */
  readonly timers: { readonly queue: MemoryQueue; readonly wake: (at: number) => void };
  readonly toolsOf: (actor: Actor) => Tools;
};

/** Timers are no messages, so nobody counts them. */
const NO_LEDGERS: Engine['ledgers'] = { book: () => {}, lateness: () => {}, target: () => {}, flush: async () => {} };

export const makeRuntimes = (world: RuntimeWorld) => {
  const { scene, timeline, weather, processes, programs, timers } = world;

  /** The engine of process functions beside that of messages, in one process of the operating system. */
  const processEngineOf = ({ engine, actor, beforeCall }: Process): Engine => {
    const dice = scene.dice.fork(`timers of ${actor.name}`);
    const queue = makeFaultyQueue(actor, { timeline, weather, dice, beforeCall, ...timers });
    return { ...engine, timeline: 'process', ledgers: NO_LEDGERS, queue };
  };

  const start = (kind: 'elements' | 'process'): Intake => {
    const process = processes.start(kind);
    const tools = world.toolsOf(process.actor);
    const runtime = makeProcessRuntime({
      engine: processEngineOf(process),
      sending: process.engine,
      processes: programs.map(({ define }) => define(tools)),
      // A function that answers calls is frozen in between.
      makesCalls: kind === 'process',
    });
    return { process, runtime };
  };

  const load = (): Loaded => {
    const { process, runtime } = start('process');
    return { process, serve: makeProcessFunction({ ...process.engine, runtime }) };
  };
  return { processEngineOf, startIntake: () => start('elements'), load };
};
