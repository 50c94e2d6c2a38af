import { setTimeout as sleep } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import { makeApi, SampleError } from './api.ts';
import { type Outcome, outcomeOf } from './closing-table.ts';
import { startProgress } from './progress-display.ts';
import { startReceiver, type Tally } from './receiver.ts';
import { firstMinuteAfter, makeLines, type SampleSize, zones } from './recipients.ts';

/** Messages that are not there so long after the last minute count as lost. */
const PATIENCE_MS = 60_000;
/** A duplicate would come soon after the last message. */
const AFTERMATH_MS = 1_000;
const LOOK_EVERY_MS = 200;

/** Where everybody's nine o'clock is, with time to hand the messages over: a second for each 5,000, and some. */
export const sizeOf = (count: number, minutes: number): SampleSize => ({
  count,
  minutes,
  firstMinute: firstMinuteAfter(Temporal.Now.instant(), 10 + Math.ceil(count / 5_000)),
});

/** Schedules the sample, follows it to its end, and counts. Throws `SampleError`. */
export async function runSample(url: string, { count, minutes }: { count: number; minutes: number }): Promise<Outcome> {
  const api = makeApi(url);
  const target = `nine-oclock-${Date.now()}`;
  let secret = '';
  const receiver = await startReceiver(() => secret);
  try {
    secret = await api.createTarget(target, receiver.url);
    const size = sizeOf(count, minutes);
    const { accepted, rejected } = await api.schedule(makeLines(target, size), target);
    if (rejected > 0) throw new SampleError(`${rejected} of ${count} messages were rejected, which should not be.`);
    await follow(receiver.tally, accepted, size);
    const outcome = outcomeOf(receiver.tally, { accepted, zones: Math.min(count, zones.length) });
    if (outcome.lost === 0) await api.deleteTarget(target);
    return outcome;
  } finally {
    receiver.close();
  }
}

/** Shows how many have come, until all have or none can be expected any more. */
async function follow(tally: Tally, accepted: number, { firstMinute, minutes }: SampleSize): Promise<void> {
  const giveUpAt = firstMinute.add({ minutes }).epochMilliseconds + PATIENCE_MS;
  process.stderr.write(`${accepted} accepted; the first nine o'clock is at ${clockOf(firstMinute)}.\n`);
  const progress = startProgress(accepted);
  while (tally.ids.size < accepted && Date.now() < giveUpAt) {
    await sleep(LOOK_EVERY_MS);
    progress.update(tally.ids.size, untilBegin(firstMinute));
  }
  await sleep(AFTERMATH_MS);
  progress.update(tally.ids.size, '');
  progress.end();
}

/** As the clock of whoever looks at the terminal shows it. */
const clockOf = (instant: Temporal.Instant): string =>
  instant.toZonedDateTimeISO(Temporal.Now.timeZoneId()).toPlainTime().toString({ smallestUnit: 'second' });

const untilBegin = (firstMinute: Temporal.Instant): string => {
  const seconds = Math.ceil((firstMinute.epochMilliseconds - Date.now()) / 1000);
  return seconds > 0 ? `it begins in ${seconds} s` : '';
};
