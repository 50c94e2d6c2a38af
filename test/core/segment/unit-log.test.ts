import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasBit } from '../../../shared/core/bits.ts';
import { toRuns } from '../../../shared/core/runs.ts';
import { EMPTY_LEDGER } from '../../../shared/core/segment/ledger.ts';
import type { Carry, EndedItem, EndKind, LogRecord } from '../../../shared/core/segment/unit-log.ts';
import { fateOf, foldLog, hasWorkToConfirm, isDecided } from '../../../shared/core/segment/unit-log.ts';
import { epochMs } from '../../../shared/core/time/epoch.ts';

const ENTRIES = ['E#1', 'E#2', 'E#3'] as const;
const ITEMS = 40;

/** One item's end, and the record in which it stands. */
type Step = {
  readonly e: string;
  readonly i: number;
  readonly record: number;
  readonly how: 'sent' | 'carried' | 'started' | EndKind;
};

const step: fc.Arbitrary<Step> = fc.record({
  e: fc.constantFrom(...ENTRIES),
  i: fc.integer({ min: 0, max: ITEMS - 1 }),
  record: fc.integer({ min: 0, max: 5 }),
  how: fc.constantFrom('sent', 'carried', 'started', 'dead', 'cancelled', 'expired', 'unknown', 'void'),
});

/** Steps of which no two end the same item (U2). */
const steps = fc.uniqueArray(step, { selector: ({ e, i, how }) => `${e} ${i} ${how === 'started'}`, maxLength: 60 });

const base = (seq: number): LogRecord => ({
  seq,
  nonce: `n${seq}`,
  at: epochMs(1_000 + seq),
  epoch: 1,
  owner: 'w',
  until: 10_000,
  confirmed: -1,
  ledger: EMPTY_LEDGER,
  voids: 0,
  settled: false,
});

const lateness = (i: number): number => i * 10;

const runsOf = (some: readonly Step[]): number[] => toRuns(some.map(({ i }) => i).sort((a, b) => a - b));

const byEntry = (some: readonly Step[]): [string, Step[]][] => [...Map.groupBy(some, ({ e }) => e)];

const recordOf = (seq: number, all: readonly Step[]): LogRecord => {
  const mine = all.filter(({ record }) => record === seq);
  const of = (how: Step['how']): Step[] => mine.filter((some) => some.how === how);
  const ended = mine.filter(({ how }) => how !== 'sent' && how !== 'carried' && how !== 'started');
  const carry: Carry = {
    minute: 7,
    shard: 1,
    sk: `L#${seq}`,
    items: of('carried').map(({ e, i }) => ({ e, i, dueAt: epochMs(9_000 + i), attempt: 2 })),
  };
  return {
    ...base(seq),
    sent: byEntry(of('sent')).map(([e, some]) => {
      const sorted = some.map(({ i }) => i).sort((a, b) => a - b);
      return { e, i: toRuns(sorted), l: sorted.map(lateness) };
    }),
    started: byEntry(of('started')).map(([e, some]) => ({ e, i: runsOf(some) })),
    ended: ended.map(({ e, i, how }): EndedItem => ({ e, i, k: how as EndKind, attempts: 1 })),
    ...(carry.items.length > 0 ? { carries: [carry] } : {}),
  };
};

const logOf = (all: readonly Step[]): LogRecord[] => [0, 1, 2, 3, 4, 5].map((seq) => recordOf(seq, all));

const places = ENTRIES.flatMap((e) => Array.from({ length: ITEMS }, (_, i) => ({ e, i })));

describe('the fold of a log', () => {
  it('U2 knows every decision of every record, and no other', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const state = foldLog(logOf(all));
        for (const { e, i } of places) {
          const mine = all.filter((some) => some.e === e && some.i === i);
          expect(isDecided(state, e, i)).toBe(mine.some(({ how }) => how !== 'started'));
          const started = state.started.get(e);
          expect(started !== undefined && hasBit(started, i)).toBe(mine.some(({ how }) => how === 'started'));
        }
      }),
    );
  });

  it('P1 gives each item the one fate that was decided for it', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const log = logOf(all);
        for (const { e, i } of places) {
          const end = all.find((some) => some.e === e && some.i === i && some.how !== 'started');
          const fate = fateOf(log, e, i);
          const kind = end?.how === 'sent' || end?.how === 'carried' ? end.how : end ? 'ended' : 'undecided';
          expect(fate.kind).toBe(kind);
          if (fate.kind !== 'undecided') expect(fate.at).toBe(1_000 + (end?.record ?? 0));
          if (fate.kind === 'sent') expect(fate.latenessMs).toBe(lateness(i));
          if (fate.kind === 'ended') expect(fate.item).toMatchObject({ e, i, k: end?.how });
          if (fate.kind === 'carried') expect(fate.carry.items[fate.index]).toMatchObject({ e, i, dueAt: 9_000 + i });
        }
      }),
    );
  });

  it('U3 names the records whose carries, dead letters and told ends are not known to be carried out', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: -1, max: 5 }), (all, confirmed) => {
        const log = logOf(all).map((record) => ({ ...record, confirmed: Math.min(confirmed, record.seq - 1) }));
        const open = all.filter(
          ({ how, record }) =>
            ['carried', 'dead', 'expired', 'unknown'].includes(how) && record > Math.min(confirmed, 4),
        );
        expect(foldLog(log).unconfirmed.map(({ seq }) => seq)).toEqual(
          [...new Set(open.map(({ record }) => record))].sort(),
        );
      }),
    );
  });

  it('takes an announcement as no decision, and as the last word on the lease', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const log = logOf(all);
        const announced: LogRecord = { ...base(6), announced: ['E#9'], until: 0, settled: false };
        const [before, after] = [foldLog(log), foldLog([...log, announced])];
        expect(after.last).toBe(announced);
        for (const { e, i } of places) expect(isDecided(after, e, i)).toBe(isDecided(before, e, i));
      }),
    );
  });

  it('of an empty log holds nothing', () => {
    const state = foldLog([]);
    expect(state).toMatchObject({ last: undefined, unconfirmed: [], records: 0 });
    expect([isDecided(state, 'E#1', 0), fateOf([], 'E#1', 0).kind]).toEqual([false, 'undecided']);
  });

  it('waits for carries, dead letters and ends that others are told of', () => {
    const ended = (k: EndKind): LogRecord => ({ ...base(0), ended: [{ e: 'E#1', i: 0, k, attempts: 1 }] });
    const kinds: EndKind[] = ['dead', 'cancelled', 'expired', 'unknown', 'void'];
    expect(kinds.map((k) => hasWorkToConfirm(ended(k)))).toEqual([true, false, true, true, false]);
    expect(hasWorkToConfirm({ ...base(0), carries: [] })).toBe(false);
  });
});
