import type { Process } from './definition.ts';
import type { Binding } from './output.ts';

/** A binding to another process. */
export type ToProcess = Extract<Binding, { readonly process: string }>;

export const isToProcess = (binding: Binding | null): binding is ToProcess => binding !== null && 'process' in binding;

/** The bindings of a process's outputs to other processes. */
export const followersOf = ({ output, sideOutputs }: Process): ToProcess[] =>
  [output, ...Object.values(sideOutputs)].flatMap((spec) => (spec && isToProcess(spec.to) ? [spec.to] : []));

/** The inputs of a process, each with a watermark of its own. */
export const inputsOf = (process: Process): string[] => [
  ...Object.keys(process.inputs),
  ...(process.broadcast ? ['broadcast'] : []),
];
