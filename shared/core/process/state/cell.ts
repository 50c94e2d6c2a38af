import type { Data } from '../data.ts';

/** State as a snapshot holds it, JSON all through: `[value, at?]`, a list of those, or a list of `[key, value, at?]`. */
export type StoredState = readonly Data[];

/** The state of one name while a turn runs. */
export type Cell<Handle> = {
  readonly handle: Handle;
  /** What the next snapshot holds: `undefined` when empty; the very same object when nothing changed. */
  store(): StoredState | undefined;
};
