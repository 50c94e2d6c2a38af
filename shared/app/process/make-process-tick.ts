import type { Engine } from '../engine.ts';
import { makeTick, type TickOptions, type TickReport } from '../tick/make-tick.ts';
import { driveWaves } from './drive-waves.ts';

/** The tick of process functions: buckets of processing timers, and waves that nobody came for. */
export const makeProcessTick = (engine: Engine) => {
  const { run } = makeTick(engine);
  return {
    run: async (options: TickOptions = {}): Promise<TickReport> => {
      await driveWaves(engine, options);
      return run(options);
    },
  };
};
