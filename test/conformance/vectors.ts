import { readFileSync } from 'node:fs';

/** An action or an observation, and the lines that Flink's operators put out since the step before. */
export type VectorStep = { readonly do: string; readonly out: readonly string[] };

export type Vector = {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly steps: readonly VectorStep[];
};

/** Reads a file in the format of the team's vectors; throws a sentence that says where it is not. */
export const readVectors = (file: string): readonly Vector[] => {
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases?: unknown };
  if (!Array.isArray(cases)) throw new Error(`${file} has no list "cases".`);
  for (const [n, item] of cases.entries()) {
    if (!isVector(item)) throw new Error(`Case ${n} of ${file} is no {id, group, title, steps: [{do, out}]}.`);
  }
  return cases as Vector[];
};

const isVector = (item: unknown): boolean => {
  const { id, group, title, steps } = (item ?? {}) as Record<string, unknown>;
  return [id, group, title].every((text) => typeof text === 'string') && Array.isArray(steps) && steps.every(isStep);
};

const isStep = (step: unknown): boolean => {
  const { do: action, out } = (step ?? {}) as Record<string, unknown>;
  return typeof action === 'string' && Array.isArray(out) && out.every((line) => typeof line === 'string');
};
