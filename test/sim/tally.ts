import type { DuplicateCause } from './duplicate-cause.ts';
import type { FaultId } from './fault-table.ts';
import { FAULT_IDS } from './fault-table.ts';
import type { SeedReport } from './world.ts';

/** What many seeds came to; the shape that `--json` prints. */
export type Tally = {
  seeds: number;
  messages: number;
  /** Of process functions. */
  elements: number;
  lost: number;
  recovered: number;
  early: number;
  duplicates: Record<DuplicateCause, number>;
  /** How often each fault struck. */
  faults: Record<FaultId, number>;
  failedSeeds: number[];
};

/** Promises by id, with how often each was broken. */
export type Broken = Map<string, number>;

export const makeTally = () => {
  const broken: Broken = new Map();
  const failures: SeedReport[] = [];
  const tally: Tally = {
    seeds: 0,
    messages: 0,
    elements: 0,
    lost: 0,
    recovered: 0,
    early: 0,
    duplicates: { crash: 0, freeze: 0, clock: 0, outage: 0, 'answer-lost': 0 },
    faults: Object.fromEntries(FAULT_IDS.map((id) => [id, 0])) as Record<FaultId, number>,
    failedSeeds: [],
  };

  const take = ({ messages, elements, struck, violations, verdict }: SeedReport): void => {
    tally.seeds += 1;
    tally.messages += messages;
    tally.elements += elements;
    tally.lost += verdict.lost;
    tally.recovered += verdict.recovered;
    tally.early += violations.filter(({ promise }) => promise === 'P6').length;
    for (const [cause, n] of Object.entries(verdict.duplicates)) tally.duplicates[cause as DuplicateCause] += n;
    for (const [fault, n] of Object.entries(struck)) tally.faults[fault as FaultId] += n;
    for (const { promise } of violations) broken.set(promise, (broken.get(promise) ?? 0) + 1);
  };

  return {
    tally,
    broken,
    failures,
    take: (report: SeedReport): void => {
      take(report);
      if (report.violations.length === 0) return;
      failures.push(report);
      tally.failedSeeds.push(report.seed);
      tally.failedSeeds.sort((a, b) => a - b);
    },
  };
};

/** Faults that never struck: what was not shown. */
export const missingFaults = ({ faults }: Tally): FaultId[] => FAULT_IDS.filter((id) => faults[id] === 0);
