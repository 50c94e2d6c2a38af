import { type Pointed, type PointedRefusal, refusedAt } from '../../core/delivery/pointed.ts';
import type { ZoneResolution } from '../../core/message/new-message.ts';
import { accepted, type Refusal } from '../../core/parsed.ts';
import { parseDuration } from '../../core/time/duration.ts';
import { type EpochMs, plusMs } from '../../core/time/epoch.ts';
import { formatInstant, parseInstant } from '../../core/time/instant.ts';
import { resolveLocalTime } from '../../core/time/local-time.ts';
import { spreadMs } from '../../core/time/spread.ts';
import { parseTimeZone } from '../../core/time/zone.ts';
import type { ApiLimits } from '../limits.ts';
import type { MessageDraft } from './schema.ts';

/** What the due times of a request are resolved against. */
export type Acceptance = {
  /** A retried request gets the instant of its first call, so that it comes to the same due times. */
  readonly acceptedAt: EpochMs;
  /** The tz database in use, e.g. `2026c`. */
  readonly tzVersion: string;
};

/** When a message is due, before a spread moves it. */
export type Schedule = { readonly at: EpochMs; readonly pointer: string; readonly zone: ZoneResolution | undefined };

const refusedFor = (pointer: string, { code, detail }: Refusal): PointedRefusal => refusedAt(pointer, code, detail);

/** Reads the one of `at`, `local` with `timeZone`, and `delay` that a draft has to have (D16). */
export function resolveSchedule(draft: MessageDraft, acceptance: Acceptance, limits: ApiLimits): Pointed<Schedule> {
  const wrong = scheduleRefusal(draft);
  if (wrong !== undefined) return wrong;
  if (draft.at !== undefined) {
    const instant = parseInstant(draft.at);
    return instant.ok ? accepted({ at: instant.value, pointer: '/at', zone: undefined }) : refusedFor('/at', instant);
  }
  if (draft.delay === undefined) return resolveLocal(draft, acceptance.tzVersion);
  const delay = parseDuration(draft.delay, limits.horizonMs);
  if (!delay.ok) return refusedFor('/delay', delay);
  return accepted({ at: plusMs(acceptance.acceptedAt, delay.value), pointer: '/delay', zone: undefined });
}

function resolveLocal(draft: MessageDraft, tzVersion: string): Pointed<Schedule> {
  const { local = '', timeZone = '' } = draft;
  const zone = parseTimeZone(timeZone);
  if (!zone.ok) return refusedFor('/timeZone', zone);
  const instant = resolveLocalTime(local, zone.value, draft);
  if (!instant.ok) return refusedFor('/local', instant);
  return accepted({ at: instant.value, pointer: '/local', zone: { timeZone: zone.value, local, tzVersion } });
}

function scheduleRefusal(draft: MessageDraft): PointedRefusal | undefined {
  const isAt = draft.at !== undefined;
  const isLocal = draft.local !== undefined;
  const isDelay = draft.delay !== undefined;
  if (Number(isAt) + Number(isLocal) + Number(isDelay) !== 1) {
    const pointer = isDelay ? '/delay' : isLocal ? '/local' : '';
    return refusedAt(
      pointer,
      'EXACTLY_ONE_SCHEDULE',
      'Give exactly one of "at", "local" with "timeZone", and "delay".',
    );
  }
  if (!isLocal) return strayField(draft);
  if (draft.timeZone !== undefined) return undefined;
  return refusedAt(
    '/timeZone',
    'TIME_ZONE_REQUIRED',
    '"local" needs the "timeZone" whose clocks show it, e.g. Asia/Tokyo.',
  );
}

function strayField({ timeZone, gap, overlap }: MessageDraft): PointedRefusal | undefined {
  if (timeZone === undefined && gap === undefined && overlap === undefined) return undefined;
  const name = timeZone !== undefined ? 'timeZone' : gap !== undefined ? 'gap' : 'overlap';
  return refusedAt(`/${name}`, 'ONLY_WITH_LOCAL', `"${name}" means something only together with "local".`);
}

/** How far the spread moves a message; `windowMs` is 0 without one. */
export type Spread = { readonly windowMs: number; readonly byMs: number };

const NO_SPREAD = accepted<Spread>({ windowMs: 0, byMs: 0 });

export function resolveSpread(spread: string | undefined, key: string, { horizonMs }: ApiLimits): Pointed<Spread> {
  if (spread === undefined) return NO_SPREAD;
  const window = parseDuration(spread, horizonMs);
  if (!window.ok) return refusedFor('/spread', window);
  return accepted({ windowMs: window.value, byMs: spreadMs(key, window.value) });
}

/** Refuses a due time too long past (D12) or too far ahead (D13): by the whole window, wherever in it the spread leads. */
export function outOfReach(
  schedule: Schedule,
  windowMs: number,
  { acceptedAt }: Acceptance,
  limits: ApiLimits,
): PointedRefusal | undefined {
  const { pointer, at: due } = schedule;
  if (due < acceptedAt - limits.pastGraceMs) {
    const detail = `${formatInstant(due)} is more than ${limits.pastGraceMs / 60_000} minutes in the past; give a later time.`;
    return refusedAt(pointer, 'DUE_IN_PAST', detail);
  }
  if (due + windowMs <= acceptedAt + limits.horizonMs) return undefined;
  const what = `${formatInstant(due)}${windowMs > 0 ? ' with its spread' : ''}`;
  const detail = `${what} is more than ${limits.horizonMs / 86_400_000} days ahead; send it again when it is nearer.`;
  return refusedAt(pointer, 'BEYOND_HORIZON', detail);
}

/** `notAfter` as an instant; it may not lie before the due time (D14). */
export function resolveNotAfter(notAfter: string, dueAt: EpochMs): Pointed<EpochMs> {
  const instant = parseInstant(notAfter);
  if (!instant.ok) return refusedFor('/notAfter', instant);
  if (instant.value >= dueAt) return instant;
  const detail = `The message is due at ${formatInstant(dueAt)}, after "notAfter"; it would never be sent.`;
  return refusedAt('/notAfter', 'NOT_AFTER_BEFORE_DUE', detail);
}
