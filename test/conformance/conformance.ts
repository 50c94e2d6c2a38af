import { asyncPlayer } from './async-player.ts';
import { connectedPlayer } from './connected-player.ts';
import { keyedPlayer } from './keyed-player.ts';
import { notApplicable } from './not-applicable.ts';
import { replay } from './replay.ts';
import type { Player } from './script.ts';
import { statePlayer } from './state-player.ts';
import type { Vector } from './vectors.ts';
import { watermarkPlayer } from './watermark-player.ts';
import { windowPlayer } from './window-player.ts';

export type Conformance = {
  readonly cases: number;
  readonly passed: number;
  readonly failed: readonly string[];
  readonly notApplicable: Readonly<Record<string, string>>;
};

/** Cases of two inputs are told apart by what they do: those about keys are in the commands of the keyed ones. */
const playConnected: Player = (vector) =>
  vector.steps.some(({ do: action }) => action.startsWith('els ')) ? connectedPlayer(vector) : keyedPlayer(vector);

const PLAYERS: Readonly<Record<string, Player>> = {
  K: keyedPlayer,
  X: keyedPlayer,
  T: statePlayer,
  B: playConnected,
  V: watermarkPlayer,
  W: windowPlayer,
  A: asyncPlayer,
};

/** Replays cases through the public harness; `tell` gets a line for each that fails. */
export const conformance = (vectors: readonly Vector[], tell: (line: string) => void): Conformance => {
  const failed: string[] = [];
  const skipped = new Map<string, string>();
  for (const vector of vectors) {
    const reason = reasonAgainst(vector);
    if (reason) {
      skipped.set(vector.id, reason);
      continue;
    }
    const verdict = replay(vector, PLAYERS[vector.group] as Player);
    if (verdict.passed) continue;
    failed.push(vector.id);
    tell(`${vector.id} fails at ${verdict.why}`);
  }
  const passed = vectors.length - failed.length - skipped.size;
  return { cases: vectors.length, passed, failed, notApplicable: Object.fromEntries(skipped) };
};

function reasonAgainst({ id, group, steps }: Vector): string | undefined {
  if (Object.hasOwn(notApplicable, id)) return notApplicable[id];
  if (steps.length === 0) return 'The case has no steps.';
  return Object.hasOwn(PLAYERS, group) ? undefined : `Nothing here plays cases of group "${group}".`;
}
