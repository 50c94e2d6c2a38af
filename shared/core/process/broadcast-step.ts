import type { BroadcastContext } from './context.ts';
import { declaredOnly } from './declared.ts';
import { makeEmitter } from './emitter.ts';
import { refusePromise } from './handlers.ts';
import type { Output } from './output.ts';
import type { Process } from './process.ts';
import { ProcessError } from './process-error.ts';
import type { StoredState } from './state/cell.ts';
import type { BroadcastState, Turn } from './turn.ts';

export type BroadcastElement = { readonly value: unknown; readonly timestamp: number | null };

/** Applies one broadcast element: the state that all keys read from now on, and what its handler put out. Pure. */
export const stepBroadcast = (
  process: Process,
  state: BroadcastState,
  turn: BroadcastElement & Pick<Turn, 'now' | 'watermark'>,
): { readonly state: BroadcastState; readonly outputs: readonly Output[] } => {
  const { broadcast } = process;
  if (!broadcast) throw new ProcessError('INVALID_ELEMENT', `Process "${process.name}" has no broadcast input.`);
  const { timestamp, now, watermark } = turn;
  const scope = { now, running: true };
  const outputs: Output[] = [];
  const cells = Object.entries(broadcast.state).map(
    ([name, spec]) => [name, spec.open(state[name], name, scope)] as const,
  );
  const ctx: BroadcastContext<typeof broadcast.state> = {
    timestamp,
    now,
    watermark,
    state: declaredOnly(
      'broadcast state',
      broadcast.state,
      cells.map(([name, cell]) => [name, cell.handle] as const),
    ) as BroadcastContext<typeof broadcast.state>['state'],
    ...makeEmitter(process, { main: timestamp, side: timestamp, emitted: 0 }, { scope, outputs }),
  };
  try {
    refusePromise(process.name, broadcast.onElement(turn.value, ctx));
  } finally {
    scope.running = false;
  }
  const stored = cells.map(([name, cell]): [string, StoredState | undefined] => [name, cell.store()]);
  return { state: Object.fromEntries(stored.filter((entry): entry is [string, StoredState] => !!entry[1])), outputs };
};
