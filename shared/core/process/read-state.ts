import type { Data } from './data.ts';
import type { Process } from './process.ts';
import type { Snapshot } from './snapshot.ts';
import type { StoredState } from './state/cell.ts';
import type { StateKind } from './state/spec.ts';

/** The states of a key as a person reads them, without times to live: for inspection, not for handlers. */
export const readState = (process: Process, snapshot: Snapshot): Record<string, Data> =>
  Object.fromEntries(
    Object.entries(process.state).flatMap(([name, { kind }]) => {
      const stored = snapshot.state[name];
      return stored ? [[name, shown(kind, stored)]] : [];
    }),
  );

const shown = (kind: StateKind, stored: StoredState): Data => {
  if (kind === 'list') return (stored as readonly (readonly Data[])[]).map(([value]) => value ?? null);
  if (kind !== 'map') return stored[0] ?? null;
  return Object.fromEntries((stored as readonly (readonly [string, Data])[]).map(([key, value]) => [key, value]));
};
