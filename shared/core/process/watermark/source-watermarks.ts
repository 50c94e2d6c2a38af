import { NO_WATERMARK } from '../event-time.ts';
import { advanceInput, type Combined, openCombined, setIdle } from './combined.ts';
import { freshWatermark, observeTimestamp, type WatermarkState, type WatermarkStrategy } from './strategy.ts';
import { activateChannel, advanceChannel, idleChannel, openValve, type Valve } from './valve.ts';

/** What is known of one partition of a source; `seenAt` is the processing time at which it last showed an element. */
export type PartitionMark = WatermarkState & { readonly seenAt: number };

export type InputMarks = { readonly partitions: { readonly [name: string]: PartitionMark }; readonly valve: Valve };

/**
 * How far the sources of a process have come: partitions meet in the valve of their input, inputs in `combined`.
 * Plain data; `published` never goes back (P15).
 */
export type SourceWatermarks = {
  readonly inputs: { readonly [input: string]: InputMarks };
  readonly combined: Combined;
  readonly published: number;
};

/** A partition of one input. Its name starts with a letter or digit. */
export type PartitionName = { readonly input: string; readonly partition: string };

export const openSources = (inputs: readonly string[]): SourceWatermarks => ({
  inputs: Object.fromEntries(inputs.map((input) => [input, { partitions: {}, valve: openValve([]) }])),
  combined: openCombined(inputs),
  published: NO_WATERMARK,
});

/** The mark of a partition; a fresh one where it is new. */
export const markOf = (sources: SourceWatermarks, { input, partition }: PartitionName): PartitionMark => {
  const partitions = sources.inputs[input]?.partitions ?? {};
  const known = Object.hasOwn(partitions, partition) ? partitions[partition] : undefined;
  return known ?? { ...freshWatermark, seenAt: NO_WATERMARK };
};

/** A mark after elements with these timestamps, in their order. */
export const observeAll = (
  strategy: WatermarkStrategy,
  mark: PartitionMark,
  seen: { readonly timestamps: readonly number[]; readonly now: number },
): PartitionMark => ({
  ...seen.timestamps.reduce<WatermarkState>((state, timestamp) => observeTimestamp(strategy, state, timestamp), mark),
  seenAt: Math.max(mark.seenAt, seen.now),
});

/** Two views of one partition, which several workers saw parts of. */
export const joinMarks = (a: PartitionMark, b: PartitionMark): PartitionMark => ({
  maxTimestamp: Math.max(a.maxTimestamp, b.maxTimestamp),
  watermark: Math.max(a.watermark, b.watermark),
  seenAt: Math.max(a.seenAt, b.seenAt),
});

/** Takes a mark of a partition in; what it knew already stays. A partition with a higher watermark is active again. */
export const takeMark = (sources: SourceWatermarks, at: PartitionName, mark: PartitionMark): SourceWatermarks => {
  const marks = sources.inputs[at.input];
  if (!marks) return sources;
  const known = markOf(sources, at);
  const joined = joinMarks(known, mark);
  let valve = withChannel(marks.valve, at.partition);
  if (joined.watermark > known.watermark) {
    valve = advanceChannel(activateChannel(valve, at.partition), at.partition, joined.watermark);
  }
  const partitions = { ...marks.partitions, [at.partition]: joined };
  return withInput(sources, at.input, { partitions, valve });
};

/** Turns partitions idle that have shown nothing for longer than the strategy allows (inclusive bound stays active). */
export const probeIdle = (sources: SourceWatermarks, idleAfterMs: number, now: number): SourceWatermarks => {
  let next = sources;
  for (const [input, { partitions, valve }] of Object.entries(sources.inputs)) {
    const silent = Object.keys(partitions).filter((name) => now - (partitions[name]?.seenAt ?? now) > idleAfterMs);
    const after = silent.reduce(idleChannel, valve);
    if (after !== valve) next = withInput(next, input, { partitions, valve: after });
  }
  return next;
};

/** A partition that holds its input back: active, and at the input's own watermark. */
export const holdingBack = (sources: SourceWatermarks): PartitionName[] =>
  Object.entries(sources.inputs).flatMap(([input, { partitions, valve }]) => {
    const least = Math.min(...Object.values(valve.channels).flatMap((c) => (c.aligned ? [c.watermark] : [])));
    return Object.keys(partitions).flatMap((partition) => {
      const channel = valve.channels[partition];
      return channel?.aligned && channel.watermark === least ? [{ input, partition }] : [];
    });
  });

/** The inputs that hold the process back because none of their partitions has shown a watermark yet. */
export const withoutWatermark = ({ combined }: SourceWatermarks): string[] =>
  Object.entries(combined.inputs).flatMap(([input, { watermark, idle }]) =>
    watermark === NO_WATERMARK && !idle ? [input] : [],
  );

/** True where some partition still counts, and may turn idle. */
export const hasActive = (sources: SourceWatermarks): boolean =>
  Object.values(sources.inputs).some(({ valve }) => Object.values(valve.channels).some(({ idle }) => !idle));

const withChannel = (valve: Valve, name: string): Valve => {
  if (Object.hasOwn(valve.channels, name)) return valve;
  const channel = { watermark: NO_WATERMARK, idle: false, aligned: true };
  return { ...valve, idle: false, channels: { ...valve.channels, [name]: channel } };
};

function withInput(sources: SourceWatermarks, input: string, marks: InputMarks): SourceWatermarks {
  const { valve } = marks;
  const advanced =
    valve.output === NO_WATERMARK ? sources.combined : advanceInput(sources.combined, input, valve.output);
  const combined = setIdle(advanced, input, valve.idle);
  return {
    inputs: { ...sources.inputs, [input]: marks },
    combined,
    published: Math.max(sources.published, combined.output),
  };
}
