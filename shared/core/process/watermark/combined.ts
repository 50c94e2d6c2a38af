import { NO_WATERMARK } from '../event-time.ts';

export type CombinedInput = { readonly watermark: number; readonly idle: boolean };

/**
 * The watermark of a process with several inputs, and of a source whose splits come and go: the smallest of the active
 * ones. Unlike behind a valve, an input that comes back behind holds it back at once, and when all are idle it stays.
 */
export type Combined = {
  readonly inputs: { readonly [name: string]: CombinedInput };
  readonly output: number;
  readonly idle: boolean;
};

export const openCombined = (names: readonly string[]): Combined => ({
  inputs: Object.fromEntries(names.map((name) => [name, freshInput])),
  output: NO_WATERMARK,
  idle: false,
});

export const addInput = (combined: Combined, name: string): Combined => withInput(combined, name, freshInput);

export const removeInput = (combined: Combined, name: string): Combined => {
  const { [name]: _, ...inputs } = combined.inputs;
  return combine({ ...combined, inputs });
};

/** An input with a new watermark is active; its own never goes back. */
export const advanceInput = (combined: Combined, name: string, watermark: number): Combined => {
  const input = combined.inputs[name];
  if (!input) return combined;
  return withInput(combined, name, { watermark: Math.max(watermark, input.watermark), idle: false });
};

export const setIdle = (combined: Combined, name: string, idle: boolean): Combined => {
  const input = combined.inputs[name];
  return input ? withInput(combined, name, { ...input, idle }) : combined;
};

const freshInput: CombinedInput = { watermark: NO_WATERMARK, idle: false };

const withInput = (combined: Combined, name: string, input: CombinedInput): Combined =>
  combine({ ...combined, inputs: { ...combined.inputs, [name]: input } });

function combine(combined: Combined): Combined {
  const active = Object.values(combined.inputs).filter(({ idle }) => !idle);
  if (active.length === 0) return { ...combined, idle: true };
  const smallest = Math.min(...active.map(({ watermark }) => watermark));
  return { ...combined, output: Math.max(combined.output, smallest), idle: false };
}
