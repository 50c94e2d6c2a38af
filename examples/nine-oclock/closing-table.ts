import type { Tally } from './receiver.ts';

export type Outcome = {
  readonly example: 'nine-oclock';
  readonly zones: number;
  readonly accepted: number;
  readonly sent: number;
  readonly duplicates: number;
  readonly lost: number;
  readonly early: number;
  readonly badSignatures: number;
  readonly latenessMs: { readonly p50: number; readonly p99: number; readonly max: number };
};

export function outcomeOf(tally: Tally, facts: { accepted: number; zones: number }): Outcome {
  const sorted = [...tally.latenessMs].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return {
    example: 'nine-oclock',
    zones: facts.zones,
    accepted: facts.accepted,
    sent: tally.ids.size,
    duplicates: tally.duplicates,
    lost: facts.accepted - tally.ids.size,
    early: tally.early,
    badSignatures: tally.badSignatures,
    latenessMs: { p50: at(0.5), p99: at(0.99), max: at(1) },
  };
}

export const isPerfect = ({ duplicates, lost, early, badSignatures }: Outcome): boolean =>
  duplicates === 0 && lost === 0 && early === 0 && badSignatures === 0;

export function toTable({ latenessMs, badSignatures, example: _, ...counts }: Outcome): string {
  const rows: [string, string][] = [
    ...Object.entries(counts).map(([name, n]): [string, string] => [name, n.toLocaleString('en')]),
    ['bad signatures', String(badSignatures)],
    ['lateness p50', `${latenessMs.p50} ms`],
    ['lateness p99', `${latenessMs.p99} ms`],
    ['lateness max', `${latenessMs.max} ms`],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(16)}${value.padStart(12)}`).join('\n');
}
