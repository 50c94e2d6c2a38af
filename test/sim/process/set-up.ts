import { makeTickFunction } from '../../../functions/tick/tick.ts';
import { makeProcessTick } from '../../../shared/app/process/make-process-tick.ts';
import { makeTick } from '../../../shared/app/tick/make-tick.ts';
import { epochMs } from '../../../shared/core/time/epoch.ts';
import { makeMemoryQueue } from '../../../shared/memory/memory-queue.ts';
import { makeModel } from '../model.ts';
import type { Process } from '../process.ts';
import { makeProcesses } from '../process.ts';
import { makeReceiver } from '../receiver.ts';
import { loadSend, makeSandboxes } from '../sandboxes.ts';
import type { Scene } from '../scene.ts';
import { makeTicks } from '../ticks.ts';
import type { Timeline } from '../timeline.ts';
import type { Trace } from '../trace.ts';
import { makeWeather } from '../weather.ts';
import { makePages } from '../world.ts';
import { makeOutlet } from './outlet.ts';
import { makeRuntimes } from './process-runtimes.ts';
import { makeProcessTruth } from './process-truth.ts';
import type { Program } from './program.ts';
import { planSources } from './source-plan.ts';
import { makeSources } from './sources.ts';
import { makeWatermarkWatch } from './watermark-watch.ts';

/** A world of process functions: sources, the functions behind both queues, ticks, receivers, and who watches them. */
export const setUp = (scene: Scene, trace: Trace, of: { timeline: Timeline; programs: readonly Program[] }) => {
  const { timeline, programs } = of;
  const weather = makeWeather(scene, timeline);
  const model = makeModel(timeline.now);
  const definitions = programs.map(({ define }) => define({ callOut: async (request) => request }));
  const clocksDiffer = scene.on.has('F36');
  const watch = makeWatermarkWatch({ model, trace, now: timeline.now, processes: definitions, clocksDiffer });
  const pageItems = makePages(scene, weather);
  const truth = makeProcessTruth({ model, trace, pageItems, processes: definitions, watch });
  const clock = { now: () => epochMs(timeline.now()) };
  const queueOf = () => makeMemoryQueue({ clock, visibilityMs: scene.visibilityMs });
  const timers = { queue: queueOf(), wake: (at: number) => timerSandboxes.wake(at) };
  const base = { scene, timeline, weather, truth, queue: queueOf(), trace, model };
  const world = { ...base, wakeQueue: (at: number) => senders.wake(at), timers, programs };
  const processes = makeProcesses(world);
  const outlet = makeOutlet({ ...base, watch });
  const receiver = makeReceiver({ ...base, dice: scene.dice.fork('receivers'), onStart: outlet.onStart });
  const runtimes = makeRuntimes({ ...world, processes, toolsOf: outlet.toolsOf });
  const senders = makeSandboxes({
    ...world,
    load: () => loadSend(processes, receiver.channelOf),
    dice: scene.dice.fork('sandboxes'),
  });
  const inTimers = { ...world, queue: timers.queue, wakeQueue: timers.wake };
  const timerSandboxes = makeSandboxes({ ...inTimers, load: runtimes.load, dice: scene.dice.fork('timer sandboxes') });
  const tickOf = (process: Process) =>
    makeTickFunction({
      ...process.engine,
      tick: makeTick(process.engine),
      processTick: makeProcessTick(runtimes.processEngineOf(process)),
    });
  makeTicks({ ...world, processes, tickOf });
  const deeds = planSources(scene, programs);
  const sources = makeSources({ ...world, dice: scene.dice.fork('wires'), startIntake: runtimes.startIntake }, deeds);
  return { ...world, deeds, sources, outlet, watch, definitions };
};

export type ProcessSetUp = ReturnType<typeof setUp>;
