import type { Engine } from '../engine.ts';
import { ensureCursor } from './cursor.ts';

/** Makes sure, once in a process, that a tick will know from where on to sweep; a failure is tried again. */
export const makeCursorGuard = (engine: Engine): (() => Promise<unknown> | undefined) => {
  let there = false;
  return () => {
    if (there) return undefined;
    return ensureCursor(engine, engine.timeline).then(() => {
      there = true;
    });
  };
};
