/**
 * The package's entry `meridian/testing`: process functions on a virtual clock.
 */
// biome-ignore-all lint/performance/noBarrelFile: the boundary of the package
export { makeHarness } from './harness.ts';
export type {
  CallAnswer,
  CallReply,
  CrashPoint,
  Fed,
  Harness,
  HarnessEvent,
  HarnessOptions,
  Row,
  RunningCall,
  Saved,
} from './harness-types.ts';
export { HarnessCrash } from './world.ts';
