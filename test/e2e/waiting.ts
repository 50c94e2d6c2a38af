import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 250;

/** Waits until `look` gives something; throws what it is waiting for when that takes longer than `withinMs`. */
export async function waitFor<Found>(
  what: string,
  withinMs: number,
  look: () => Promise<Found | undefined> | Found | undefined,
): Promise<Found> {
  const until = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error(`${what}: not within ${withinMs / 1000} s.`);
    await sleep(LOOK_EVERY_MS);
  }
}

export const sleepUntil = async (atMs: number): Promise<void> => {
  const left = atMs - Date.now();
  if (left > 0) await sleep(left);
};
