import type { Temporal } from 'temporal-polyfill';
import { allTimeZones, runtimeKnows } from '../../shared/core/time/zone.ts';

export type SampleSize = {
  readonly count: number;
  /** So many whole minutes, from `firstMinute` on, are somebody's nine o'clock. */
  readonly minutes: number;
  readonly firstMinute: Temporal.Instant;
};

/** Nobody is woken within one second: each minute's messages are spread over most of it. */
const SPREAD = 'PT50S';

/** Every zone of the tz database that this runtime knows. */
export const zones = allTimeZones().filter(runtimeKnows);

/** The next whole minute that leaves time to schedule everybody. */
export function firstMinuteAfter(now: Temporal.Instant, seconds: number): Temporal.Instant {
  return now.add({ seconds }).round({ smallestUnit: 'minute', roundingMode: 'ceil' });
}

/** One message a line for `POST /v1/messages`, as many as asked for, each at a wall-clock time of its own zone. */
export function* makeLines(target: string, { count, minutes, firstMinute }: SampleSize): Generator<string> {
  const schedules = new Map<string, object>();
  const scheduleOf = (zone: string, minute: number): object => {
    const name = `${zone} ${minute}`;
    const known = schedules.get(name) ?? localSchedule(firstMinute.add({ minutes: minute }), zone);
    schedules.set(name, known);
    return known;
  };
  for (let n = 0; n < count; n += 1) {
    const zone = zones[n % zones.length] ?? 'UTC';
    const minute = Math.floor(n / zones.length) % minutes;
    const payload = { text: `Good morning, ${zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ')}!` };
    yield `${JSON.stringify({ id: `person-${n + 1}`, target, ...scheduleOf(zone, minute), spread: SPREAD, payload })}\n`;
  }
}

/** What the clocks of a zone show at an instant; says which one is meant where they show it twice that night. */
function localSchedule(instant: Temporal.Instant, timeZone: string): object {
  const local = instant.toZonedDateTimeISO(timeZone).toPlainDateTime();
  const first = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' }).toInstant();
  const overlap = first.equals(instant) ? {} : { overlap: 'later' };
  return { local: local.toString({ smallestUnit: 'minute' }), timeZone, ...overlap };
}
