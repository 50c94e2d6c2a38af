import { readFileSync } from 'node:fs';

/** An action or an observation, and the lines that Flink's operators put out since the step before. */
export type VectorStep = { readonly do: string; readonly out: readonly string[] };

export type Vector = {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly steps: readonly VectorStep[];
};

/** A file that is no vectors: its message is one sentence for whoever named it. */
export class VectorsError extends Error {
  override readonly name = 'VectorsError';
}

/** Reads a file in the format of the team's vectors; throws `VectorsError` that says where it is not. */
export const readVectors = (file: string): readonly Vector[] => {
  const { cases } = (parse(file) ?? {}) as { cases?: unknown };
  if (!Array.isArray(cases)) throw new VectorsError(`${file} has no list "cases".`);
  const ids = new Set<string>();
  for (const [n, item] of cases.entries()) {
    if (!isVector(item)) {
      throw new VectorsError(`Case ${n} of ${file} is no {"id", "group", "title", "steps": [{"do", "out": []}]}.`);
    }
    if (ids.has(item.id)) throw new VectorsError(`Case ${n} of ${file} has the id "${item.id}" of one before it.`);
    ids.add(item.id);
  }
  return cases;
};

function parse(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new VectorsError(`${file} cannot be read: ${(cause as NodeJS.ErrnoException).code}.`, { cause });
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new VectorsError(`${file} is not JSON.`, { cause });
  }
}

const isVector = (item: unknown): item is Vector => {
  const { id, group, title, steps } = (item ?? {}) as Record<string, unknown>;
  return [id, group, title].every((text) => typeof text === 'string') && Array.isArray(steps) && steps.every(isStep);
};

const isStep = (step: unknown): boolean => {
  const { do: action, out } = (step ?? {}) as Record<string, unknown>;
  return typeof action === 'string' && Array.isArray(out) && out.every((line) => typeof line === 'string');
};
