import { agree } from './compare.ts';
import { isThrown, type Player, type Script, tellsOfThrow } from './script.ts';
import type { Vector } from './vectors.ts';

export type Verdict = { readonly passed: true } | { readonly passed: false; readonly why: string };

/** Replays a case step by step; it fails at the first step that differs, or that nobody can play. */
export const replay = (vector: Vector, player: Player): Verdict => {
  let at = 'the start';
  try {
    return replaySteps(vector, player(vector), (step) => {
      at = step;
    });
  } catch (error) {
    return { passed: false, why: `${at}: ${error}` };
  }
};

const replaySteps = (vector: Vector, script: Script, reached: (step: string) => void): Verdict => {
  let thrown: unknown = null;
  for (const [n, { do: action, out }] of vector.steps.entries()) {
    const step = `step ${n + 1} "${action}"`;
    reached(step);
    const failed = (why: string): Verdict => ({ passed: false, why: `${step}: ${why}` });
    if (thrown !== null && tellsOfThrow(action)) {
      thrown = null;
      continue;
    }
    if (thrown !== null) return failed(`the step before it threw ${thrown}`);
    const result = script.perform(action);
    if (isThrown(result)) {
      // A step that is itself the account of a refusal.
      thrown = tellsOfThrow(action) ? null : result.thrown;
      if (out.length > 0) return failed(`it threw ${thrown}`);
      continue;
    }
    if (!agree(result, out)) return failed(`${JSON.stringify(result)} instead of ${JSON.stringify(out)}`);
  }
  return thrown === null ? { passed: true } : { passed: false, why: `it threw ${thrown}` };
};
