import type { Target } from '../../core/delivery/target.ts';
import type { Unit } from '../../core/segment/segment-key.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import type { Channel } from '../../ports/channel.ts';
import type { OutcomeBus } from '../../ports/outcome-bus.ts';
import type { Engine } from '../engine.ts';
import type { TargetLookup } from '../target-registry.ts';
import { makeCursorGuard } from '../tick/cursor-guard.ts';
import { concludeJob, deferJob } from './conclude.ts';
import type { GateLimits } from './gate-queue.ts';
import { DEFAULT_GATE_LIMITS } from './gate-queue.ts';
import type { Bell } from './hold-cursor.ts';
import { makeHoldCursor } from './hold-cursor.ts';
import { makePacer } from './pacer.ts';
import { makeTargetGates } from './target-gates.ts';
import { makeTombstoneReader } from './tombstones.ts';
import type { SendDeps } from './unit-run.ts';
import type { WorkResult } from './work-unit.ts';
import { workUnit } from './work-unit.ts';

/** Works units off; one per process, so that all its units share one hold cursor and one gate for each target. */
export type Sender = {
  /** Works a unit until it is settled, nothing is due for long, or `stopAt`. */
  work(unit: Unit, stopAt: EpochMs): Promise<WorkResult>;
  /** No attempt starts from now on; units under way log what they did and are handed back. */
  stop(): void;
};

const AHEAD_BYTES = 16 * 1024 * 1024;

export type SenderParts = {
  readonly engine: Engine;
  readonly targets: TargetLookup;
  readonly channelOf: (target: Target) => Channel;
  readonly limits?: GateLimits;
  /** Unpacked bytes of late entries that may be held ahead of their time. */
  readonly aheadBytes?: number;
  /** Told of what ended and was not sent, where somebody wants to know. */
  readonly outcomes?: OutcomeBus | undefined;
};

export const makeSender = (parts: SenderParts): Sender => {
  const { engine, targets, channelOf, limits, outcomes, aheadBytes = AHEAD_BYTES } = parts;
  const cursor = makeHoldCursor(engine.clock);
  const gates = makeTargetGates({
    clock: engine.clock,
    cursor,
    pacer: makePacer(engine),
    channelOf,
    conclude: concludeJob,
    defer: deferJob,
    limits: limits ?? DEFAULT_GATE_LIMITS,
  });
  const deps: SendDeps = {
    ...{ engine, targets, cursor, gates, outcomes },
    tombstones: makeTombstoneReader(engine),
    ahead: { bytes: 0, most: aheadBytes },
    shardsAreKnown: makeCursorGuard(engine),
  };
  const bells = new Set<Bell>();
  let stopped = false;
  return {
    work: (unit, stopAt) => workUnit(deps, unit, { stopAt, stopped: () => stopped, bells }),
    stop: () => {
      stopped = true;
      for (const bell of bells) bell.ring();
    },
  };
};
