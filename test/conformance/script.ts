import type { Vector } from './vectors.ts';

/**
 * A case as it is replayed: `perform` takes a step's `do` and returns the lines it led to, or `'threw'` for an action
 * that was refused. An observation that says that something was thrown has to follow that.
 */
export type Script = { perform(action: string): readonly string[] | Thrown };

export type Thrown = { readonly thrown: unknown };

export type Player = (vector: Vector) => Script;

export const isThrown = (result: readonly string[] | Thrown): result is Thrown => 'thrown' in result;

/** Does a step only tell that the one before it was refused? */
export const tellsOfThrow = (action: string): boolean =>
  /^(?:threw\b|THROWS\b|[\w.]*Exception\b)|\bTHROWS\b/.test(action);

/** Runs an action; what it throws is a result. */
export const attempt = (act: () => readonly string[]): readonly string[] | Thrown => {
  try {
    return act();
  } catch (thrown) {
    return { thrown };
  }
};
