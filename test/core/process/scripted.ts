import type { Context } from '../../../shared/core/process/context.ts';
import { defineProcess, type Limits } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { listState, mapState, valueState } from '../../../shared/core/process/state/spec.ts';
import type { ElementInput, Input, Turn } from '../../../shared/core/process/turn.ts';
import { makeHarness } from '../../../shared/testing/harness.ts';
import { anything } from '../../conformance/anything.ts';

const state = { sum: valueState<number>(), list: listState<{ n: number }>(), byName: mapState<number>() };
const sideOutputs = { alerts: output<string>() };
export type Ctx = Context<typeof state, unknown, typeof sideOutputs, Record<never, never>>;

export const scripted = (
  onElement: (value: string, ctx: Ctx) => unknown,
  onTimer: (at: number, ctx: Ctx) => unknown = () => undefined,
  limits: Partial<Limits> = {},
) =>
  defineProcess({
    name: 'scripted',
    element: anything<string>(),
    output: output<unknown>(),
    state,
    sideOutputs,
    limits,
    onElement: (value, ctx) => onElement(value, ctx) as undefined,
    onTimer: (at, ctx) => onTimer(at, ctx) as undefined,
  });

export const element = (value: string, id: string | null = null): ElementInput => ({
  kind: 'element',
  input: 'main',
  id,
  timestamp: 1,
  value,
});
export const turn = (inputs: readonly Input[], more: Partial<Turn> = {}): Turn => ({
  key: 'k',
  inputs,
  now: 100,
  watermark: 0,
  ...more,
});
export const codeOf = (call: () => void): unknown => {
  try {
    call();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return 'no error';
};
export const feeding = (onElement: (value: string, ctx: Ctx) => unknown, limits?: Partial<Limits>) => (): void =>
  makeHarness(scripted(onElement, undefined, limits)).element({ key: 'k', value: 'x' });
