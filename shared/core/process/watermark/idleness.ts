/**
 * Whether a source partition is idle, found by probing now and then. Plain data.
 * The first probe after activity only notes it, the next silent one starts the watch, and idle is who has been silent
 * on the watch for longer than allowed. So a partition is never idle because nobody looked.
 */
export type Idleness = { readonly active: boolean; readonly silentSince: number | null };

export const freshIdleness: Idleness = { active: false, silentSince: null };

export const noteActivity = (idleness: Idleness): Idleness =>
  idleness.active ? idleness : { active: true, silentSince: null };

export const probeIdleness = (
  idleness: Idleness,
  now: number,
  idleAfterMs: number,
): { readonly idleness: Idleness; readonly idle: boolean } => {
  if (idleness.active) return { idleness: freshIdleness, idle: false };
  const silentSince = idleness.silentSince ?? now;
  return { idleness: { active: false, silentSince }, idle: now - silentSince > idleAfterMs };
};
