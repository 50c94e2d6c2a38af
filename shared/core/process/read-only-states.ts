import { ProcessError } from './process-error.ts';
import type { StoredState } from './state/cell.ts';
import type { Scope } from './state/scope.ts';
import type { StateSpecs } from './state/spec.ts';

const WRITES = ['set', 'add', 'addAll', 'delete', 'clear'];

/** The handles of broadcast states for a keyed call: reading works, writing throws. */
export const readOnlyStates = (
  specs: StateSpecs,
  stored: { readonly [name: string]: StoredState },
  scope: Scope,
): (readonly [name: string, handle: unknown])[] =>
  Object.entries(specs).map(([name, spec]) => {
    const refuse = (): never => {
      throw new ProcessError(
        'READ_ONLY_STATE',
        `Broadcast state "${name}" is written by the broadcast's own handler only: a keyed call reads it.`,
      );
    };
    const handle = spec.open(stored[name], name, scope).handle as object;
    return [name, { ...handle, ...Object.fromEntries(WRITES.map((write) => [write, refuse])) }];
  });
