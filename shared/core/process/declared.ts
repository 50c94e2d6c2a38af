import { ProcessError, type ProcessErrorCode } from './process-error.ts';

export type Declared = 'state' | 'broadcast state' | 'call';

const CODES: Readonly<Record<Declared, ProcessErrorCode>> = {
  state: 'UNDECLARED_STATE',
  'broadcast state': 'UNDECLARED_STATE',
  call: 'UNDECLARED_CALL',
};

/** Asked for by whoever prints or awaits an object, not by a handler. */
const ASKED_BY_OTHERS = new Set(['then', 'toJSON', 'constructor', 'toString', 'valueOf', 'inspect', 'nodeType']);

/**
 * Handles by name. A name that is not declared, which only code without types can ask for, throws a sentence instead of
 * giving `undefined`; own names are found before the guard behind them is asked, so they cost nothing.
 */
export const declaredOnly = <T>(
  what: Declared,
  specs: object,
  handles: Iterable<readonly [name: string, handle: T]>,
): Record<string, T> => {
  const declared: Record<string, T> = Object.create(guardOf(what, specs));
  for (const [name, handle] of handles) declared[name] = handle;
  return declared;
};

const guards = new WeakMap<object, object>();

/** One guard for each declaration, which is made once, and opened for each turn. */
function guardOf(what: Declared, specs: object): object {
  const known = guards.get(specs);
  if (known) return known;
  const guard = new Proxy(Object.create(null), {
    get: (_, name) => {
      if (typeof name !== 'string' || ASKED_BY_OTHERS.has(name)) return undefined;
      throw new ProcessError(
        CODES[what],
        `No ${what} "${name}" is declared, only: ${Object.keys(specs).join(', ') || 'none'}.`,
      );
    },
  });
  guards.set(specs, guard);
  return guard;
}
