/**
 * The package's entry, `meridian`: what process functions are written with.
 */
// biome-ignore-all lint/performance/noBarrelFile: the boundary of the package
export type { CallAttempt, CallOptions, CallRetry, CallSpec, CallSpecs } from './call/call-spec.ts';
export { call } from './call/call-spec.ts';
export type { BroadcastContext, CallsOf, Context, Emitter, TimerPort } from './context.ts';
export type { Data } from './data.ts';
export { defineConnectedProcess, defineProcess, type None } from './definition.ts';
export { alignDown, alignUp, END_OF_TIME, NO_WATERMARK } from './event-time.ts';
export type { Limits } from './limits.ts';
export { type Binding, type OutputSpec, type OutputSpecs, output } from './output.ts';
export type { CallFailure, Process, TypedProcess } from './process.ts';
export { ProcessError, type ProcessErrorCode } from './process-error.ts';
export type { StandardSchema } from './standard-schema.ts';
export type { Aggregate, FoldingState } from './state/folding-state.ts';
export type { ListState } from './state/list-state.ts';
export type { MapState } from './state/map-state.ts';
export { type Migration, type Migrations, migration, type PlainStates } from './state/migration.ts';
export {
  aggregatingState,
  listState,
  mapState,
  reducingState,
  type StateSpec,
  type StateSpecs,
  type StatesOf,
  valueState,
} from './state/spec.ts';
export type { Ttl } from './state/ttl.ts';
export type { ValueState } from './state/value-state.ts';
export type { Timer, TimerDomain } from './timer.ts';
export {
  boundedOutOfOrderness,
  customWatermark,
  monotonicTimestamps,
  type WatermarkStrategy,
} from './watermark/strategy.ts';
export { type Assigner, session, sliding, tumbling, type Window } from './window/assigner.ts';
export { type Contents, collect, reduce } from './window/contents.ts';
export type { Trigger } from './window/engine.ts';
export { defineWindowedProcess, type WindowedDefinition } from './window/windowed.ts';
