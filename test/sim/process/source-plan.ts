import type { Dice } from '../dice.ts';
import type { Scene } from '../scene.ts';
import type { Program, Sent } from './program.ts';

export type SourceDeed =
  | { readonly kind: 'send'; readonly process: string; readonly partition: string; readonly sent: readonly Sent[] }
  | { readonly kind: 'advance'; readonly process: string; readonly partition: string; readonly watermark: number };

export type PlannedSourceDeed = { readonly at: number; readonly deed: SourceDeed };

/** A program that sources feed. */
type Sourced = Program & Required<Pick<Program, 'draw'>>;

export const isSourced = (program: Program): program is Sourced => program.draw !== undefined;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A partition of a source: how far its event time is from the clock, and when it jumps. */
type Partition = {
  readonly name: string;
  readonly driftMs: number;
  readonly jumpAt: number;
  readonly jumpMs: number;
  readonly until: number;
};

type Span = { readonly from: number; readonly until: number };

const makePartition = (dice: Dice, name: string, { from, until }: Span): Partition => ({
  name,
  driftMs: dice.int(-10_000, 0),
  jumpAt: dice.chance(0.4) ? dice.int(from, until) : Number.POSITIVE_INFINITY,
  jumpMs: dice.int(20_000, 200_000),
  // Some fall silent while the others go on.
  until: name !== 'p0' && dice.chance(0.4) ? from + (until - from) * 0.4 : until,
});

/** Out of order by a few seconds, at times much too late, and rarely of the future. */
const makeTimestamp = (dice: Dice, { driftMs, jumpAt, jumpMs }: Partition, at: number) => {
  if (dice.chance(0.01)) return { timestamp: at + HOUR_MS, future: true };
  const late = dice.chance(0.08) ? dice.int(20_000, 120_000) : 0;
  const own = at + driftMs + (at >= jumpAt ? jumpMs : 0);
  return { timestamp: own + dice.int(-6_000, 1_000) - late, future: false };
};

/** Elements of one call; some of them were in the call before as well. */
const planCalls = (
  dice: Dice,
  program: Sourced,
  partition: Partition,
  of: { span: Span; keys: number; prefix: string },
) => {
  const { name, draw, fails } = program;
  const times = Array.from({ length: dice.int(3, 6) }, () => dice.int(of.span.from, partition.until)).sort(
    (a, b) => a - b,
  );
  let made = 0;
  let before: readonly Sent[] = [];
  const make = (at: number): Sent => {
    made += 1;
    const key = `k${dice.int(1, of.keys)}`;
    const id = `${name}/${key}.${of.prefix}${made}`;
    const { timestamp, future } = makeTimestamp(dice, partition, at);
    const value = draw(dice, { id, key, at: timestamp });
    const draft = { key, id, timestamp, value, input: 'main' };
    return { process: name, draft, future, poison: !future && (fails?.(value) ?? false) };
  };
  return times.map((at): PlannedSourceDeed => {
    const again = dice.chance(0.2) ? before.slice(-2) : [];
    const sent = [...again, ...Array.from({ length: dice.int(1, 8) }, () => make(at))];
    before = sent;
    return { at, deed: { kind: 'send', process: name, partition: partition.name, sent } };
  });
};

const planProgram = (scene: Scene, program: Sourced): PlannedSourceDeed[] => {
  const dice = scene.dice.fork(`source of ${program.name}`);
  const span = { from: scene.start + 1_000, until: scene.calmFrom - MINUTE_MS };
  const keys = dice.int(2, 4);
  // Instants at which several partitions come with the same keys.
  const rush = Array.from({ length: 4 }, () => dice.int(span.from, span.until));
  const planned = Array.from({ length: dice.int(1, 3) }, (_, n) =>
    planCalls(dice, program, makePartition(dice, `p${n}`, span), { span, keys, prefix: `${n}-` }),
  ).flat();
  const rushed = planned.map(({ at, deed }) => {
    const near = rush.find((instant) => instant >= at && instant - at < 20_000);
    return { at: near ?? at, deed };
  });
  const twice = rushed
    .filter(() => dice.chance(0.3))
    .map(({ at, deed }) => ({ at: at + dice.pick([dice.int(0, 50), dice.int(1_000, 60_000)]), deed }));
  return [...rushed, ...twice];
};

/** A source that brings a watermark of its own, forward and back. */
const planAdvances = (scene: Scene, { name }: Program): PlannedSourceDeed[] => {
  const dice = scene.dice.fork(`watermarks of ${name}`);
  if (!dice.chance(0.3)) return [];
  return Array.from({ length: dice.int(1, 4) }, () => {
    const at = dice.int(scene.start, scene.calmFrom - MINUTE_MS);
    const watermark = at + dice.int(-60_000, 30_000);
    return { at, deed: { kind: 'advance', process: name, partition: 'own', watermark } as const };
  });
};

/** What the sources of a world do, all from its seed. */
export const planSources = (scene: Scene, programs: readonly Program[]): PlannedSourceDeed[] =>
  programs.filter(isSourced).flatMap((program) => [...planProgram(scene, program), ...planAdvances(scene, program)]);
