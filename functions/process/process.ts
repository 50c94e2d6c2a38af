import type { ProcessRuntime } from '../../shared/app/process/make-process-runtime.ts';
import { decodeWavePointer } from '../../shared/app/process/wave-pointer.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { makePointerFunction, type PointerFunction } from '../pointer-batch.ts';
import { ended, makeServeUnit } from '../serve-unit.ts';

export type ProcessFunctionDeps = {
  readonly runtime: Pick<ProcessRuntime, 'sender' | 'runWave'>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
};

/**
 * Works off what comes due of process functions: pointers name units of processing timers, which are held to their time,
 * or a process whose watermark rose.
 */
export const makeProcessFunction = ({ runtime, clock, telemetry }: ProcessFunctionDeps): PointerFunction => {
  const serveUnit = makeServeUnit({ sender: runtime.sender, telemetry });
  return makePointerFunction(clock, (record, stopAt) => {
    const wave = decodeWavePointer(record.body);
    return wave === undefined ? serveUnit(record, stopAt) : ended(telemetry, () => runtime.runWave(wave, stopAt));
  });
};
