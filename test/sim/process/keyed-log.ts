import type { Data } from '../../../shared/core/process/data.ts';
import { valueState } from '../../../shared/core/process/state/spec.ts';
import type { Evidence, Row, Sent } from './program.ts';

/** The state of a program that numbers what it puts out: so a row that is lost or doubled leaves a gap or a pair. */
export const numbering = { n: valueState<number>() };

/** A row of a key's log. */
export type LogRow = {
  /** The process. */
  readonly p: string;
  readonly k: string;
  readonly n: number;
  readonly now: number;
  readonly wm: number;
  /** The element that it is about. */
  readonly e?: string;
  /** The timer that it is about. */
  readonly t?: { readonly at: number; readonly name: string | null };
};

type Logging = {
  readonly key: string;
  readonly now: number;
  readonly watermark: number;
  readonly state: { readonly n: { get(): number | null; set(n: number): void } };
  emit(row: LogRow & Readonly<Record<string, unknown>>): void;
};

/** Puts out the next row of a key. */
export const log = (
  process: string,
  { key, now, watermark, state, emit }: Logging,
  what: Partial<LogRow> & Readonly<Record<string, unknown>>,
): void => {
  const n = (state.n.get() ?? 0) + 1;
  state.n.set(n);
  emit({ p: process, k: key, n, now, wm: watermark, ...what });
};

const asLogRow = ({ value }: Row): LogRow & Readonly<Record<string, Data>> => value as never;

/**
 * The log of each key of a process, in order: each row exactly once, up to the last that the state knows of (P14), and
 * no handler of a key sees an older watermark than the one before (P15).
 */
export const logsOf = (evidence: Evidence): Map<string, ReturnType<typeof asLogRow>[]> => {
  const { process, rows, states, violate } = evidence;
  const logs = Map.groupBy(rows.filter(({ target }) => target === 'push').map(asLogRow), ({ k }) => k);
  for (const key of new Set([...states.keys(), ...logs.keys()])) {
    const name = `${process}/${key}`;
    const of = (logs.get(key) ?? []).sort((a, b) => a.n - b.n);
    const last = (states.get(key)?.n as number | undefined) ?? 0;
    of.forEach(({ n, wm }, at) => {
      const before = of[at - 1];
      if (n === before?.n) violate('P14', `output ${n} of ${name} left under two ids`, name);
      if (n > last) violate('P14', `output ${n} of ${name} left, and the last one committed is ${last}`, name);
      if (before && wm < before.wm)
        violate('P15', `output ${n} of ${name} sees the watermark go back from ${before.wm} to ${wm}`, name);
    });
    const there = new Set(of.map(({ n }) => n));
    for (let n = 1; n <= last; n += 1) {
      if (!there.has(n)) violate('P14', `output ${n} of ${last} of ${name} is lost`, name);
    }
  }
  return logs;
};

/**
 * Every element that was promised is in its key's log, or among those of the future, exactly once; every other at most
 * once, and none that failed.
 */
export const checkOnce = (
  { process, sent, rows, violate }: Evidence,
  logged: readonly { readonly k: string; readonly e?: string }[],
): void => {
  const aside = rows.filter(({ target }) => target === 'future').map(({ value }) => String(value.id));
  const ids = logged.flatMap(({ k, e }) => {
    if (e !== undefined && sent.get(e)?.draft.key !== k) violate('P13', `${process} counts ${e} for ${k}, wrongly`, e);
    return e ?? [];
  });
  const times = new Map<string, number>();
  for (const id of [...ids, ...aside]) times.set(id, (times.get(id) ?? 0) + 1);
  for (const [id, n] of times) {
    if (sent.get(id)?.fate === 'failed') violate('P14', `${id} failed, and is counted`, id);
    if (n > 1) violate('P14', `${id} is counted ${n} times`, id);
  }
  for (const id of promised(sent)) if (!times.has(id)) violate('P14', `${id} was acknowledged, and is not counted`, id);
};

export const promised = (sent: ReadonlyMap<string, Sent>): string[] =>
  [...sent.values()].flatMap(({ draft, fate }) => (fate === 'taken' ? [draft.id] : []));
