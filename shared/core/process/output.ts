import type { Data } from './data.ts';

/** Where what a process puts out goes. */
export type Binding =
  | { readonly target: string }
  /** To an input (default `main`) of another process, under the same key unless `key` makes another of the value. */
  | { readonly process: string; readonly input?: string; readonly key?: (value: never) => string };

/** An output as it is declared; `T` is what it takes. */
export type OutputSpec<T> = { readonly to: Binding | null; readonly accepts?: (value: T) => void };

export type OutputSpecs = { readonly [name: string]: OutputSpec<never> };

export type ValueOf<O> = O extends OutputSpec<infer T> ? T : never;

/** Declares an output: `output<Alert>({ target: 'pager' })`. Without a binding it is only read, by the harness say. */
export const output = <T>(to: Binding | null = null): OutputSpec<T> => ({ to });

/** One value that a call put out: `output` is the side output's name, or `null` for the main one. */
export type Output = {
  readonly output: string | null;
  readonly value: Data;
  /** Event time in milliseconds; `null` where there is none. */
  readonly timestamp: number | null;
};

/** An output with the id that it keeps through every redelivery. */
export type IdentifiedOutput = Output & { readonly id: string };

/** The id of the `n`th output of a version; different for any two of (process, key, version, n). */
export const outputId = (process: string, key: string, place: { version: number; n: number }): string =>
  `${process}.${place.version}.${place.n}.${key}`;
