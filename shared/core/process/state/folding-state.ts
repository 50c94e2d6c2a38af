import { copyData, type Data } from '../data.ts';
import { ProcessError } from '../process-error.ts';
import type { Cell, StoredState } from './cell.ts';
import { assertRunning, type Scope } from './scope.ts';
import type { Ttl } from './ttl.ts';
import { openSingle } from './value-state.ts';

/** Values folded into one as they are added: a reducing state gives the fold, an aggregating one what it means. */
export type FoldingState<In, Out> = {
  /** The result, or `null` when nothing was added. */
  get(): Out | null;
  add(value: In): void;
  clear(): void;
};

/** How values become an accumulator, and the accumulator a result. */
export type Aggregate<In, Acc, Out> = {
  readonly create: () => Acc;
  readonly add: (value: In, accumulator: Acc) => Acc;
  readonly result: (accumulator: Acc) => Out;
};

export type FoldingSpec<In, Acc, Out> = {
  readonly name: string;
  readonly ttl: Ttl | undefined;
  /** The accumulator after `value`; `null` before the first. */
  readonly fold: (accumulator: Acc | null, value: In) => Acc;
  readonly result: (accumulator: Acc) => Out;
};

/** One stamp for the whole accumulator: adding refreshes it, and starts anew after it expired. */
export const openFolding = <In, Acc, Out>(
  stored: StoredState | undefined,
  spec: FoldingSpec<In, Acc, Out>,
  scope: Scope,
): Cell<FoldingState<In, Out>> => {
  const single = openSingle(stored, spec, scope);
  const what = `State "${spec.name}"`;
  const copy = (value: Data): Acc | null => copyData(value, what) as Acc | null;
  return {
    store: single.store,
    handle: {
      get: () => {
        assertRunning(scope);
        const accumulator = copy(single.read());
        return accumulator === null ? null : spec.result(accumulator);
      },
      add: (value) => {
        assertRunning(scope);
        if (value === null) throw new ProcessError('INVALID_DATA', `${what} cannot add null: clear() empties it.`);
        single.write(copyData(spec.fold(copy(single.base()), value), what));
      },
      clear: () => {
        assertRunning(scope);
        single.clear();
      },
    },
  };
};
