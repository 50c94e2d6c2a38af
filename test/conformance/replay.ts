import { agree } from './compare.ts';
import { isThrown, type Player, tellsOfThrow } from './script.ts';
import type { Vector } from './vectors.ts';

export type Verdict = { readonly passed: true } | { readonly passed: false; readonly why: string };

/** Replays a case step by step; it fails at the first step that differs. */
export const replay = (vector: Vector, player: Player): Verdict => {
  const script = player(vector);
  let thrown: unknown = null;
  for (const [n, { do: action, out }] of vector.steps.entries()) {
    const failed = (why: string): Verdict => ({ passed: false, why: `step ${n + 1} "${action}": ${why}` });
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
