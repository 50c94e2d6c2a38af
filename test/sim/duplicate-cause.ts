import type { Arrival } from './model.ts';
import type { Weather } from './weather.ts';

export type DuplicateCause = 'crash' | 'freeze' | 'clock' | 'outage' | 'answer-lost';

/** A worker that could not log what it sent within a lease and a bit has an excuse. */
const EXCUSE_MS = 90_000;

/** Why no log has this attempt; `undefined` where nothing kept its worker from logging it. */
export const causeOf = (
  weather: Pick<Weather, 'wasDown'>,
  { worker, startedAt }: Pick<Arrival, 'worker' | 'startedAt'>,
): DuplicateCause | undefined => {
  const died = worker.diedAt();
  if (died !== undefined && died >= startedAt && died - startedAt <= EXCUSE_MS) return 'crash';
  if (worker.frozen.some(({ from, to }) => to >= startedAt && from <= startedAt + EXCUSE_MS)) return 'freeze';
  if (worker.wrong.some(({ from, to }) => to >= startedAt - EXCUSE_MS && from <= startedAt + EXCUSE_MS)) return 'clock';
  if (weather.wasDown('store', startedAt, startedAt + EXCUSE_MS)) return 'outage';
  return undefined;
};
