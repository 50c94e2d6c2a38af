import { NO_WATERMARK } from '../event-time.ts';

/** One source partition: `aligned` ones count for the combined watermark. */
export type Channel = { readonly watermark: number; readonly idle: boolean; readonly aligned: boolean };

/**
 * The combined watermark of the partitions of a source. Plain data.
 * V1 `output` is the smallest watermark of the aligned channels, and never goes back.
 * V2 An idle channel is not aligned, and its watermarks are ignored.
 * V3 A channel that comes back behind the output is not aligned until it has caught up.
 * V4 When the last channel that held the minimum turns idle, the highest watermark of all is put out.
 */
export type Valve = {
  readonly channels: { readonly [name: string]: Channel };
  readonly output: number;
  readonly idle: boolean;
};

export const openValve = (names: readonly string[]): Valve => ({
  channels: Object.fromEntries(names.map((name) => [name, { watermark: NO_WATERMARK, idle: false, aligned: true }])),
  output: NO_WATERMARK,
  idle: false,
});

export const advanceChannel = (valve: Valve, name: string, watermark: number): Valve => {
  const channel = valve.channels[name];
  if (!channel || channel.idle || valve.idle || watermark <= channel.watermark) return valve;
  const aligned = channel.aligned || watermark >= valve.output;
  return raise(withChannel(valve, name, { watermark, idle: false, aligned }));
};

export const idleChannel = (valve: Valve, name: string): Valve => {
  const channel = valve.channels[name];
  if (!channel || channel.idle) return valve;
  const next = withChannel(valve, name, { ...channel, idle: true, aligned: false });
  // Only a channel that held the others back can let them go on; one that came late does so from behind the output.
  const holds = channel.aligned && channel.watermark <= valve.output;
  const channels = Object.values(next.channels);
  if (channels.some(({ idle }) => !idle)) return holds ? raise(next) : next;
  const highest = Math.max(...channels.map(({ watermark }) => watermark));
  return { ...next, output: holds ? Math.max(valve.output, highest) : valve.output, idle: true };
};

export const activateChannel = (valve: Valve, name: string): Valve => {
  const channel = valve.channels[name];
  if (!channel?.idle) return valve;
  const aligned = channel.watermark >= valve.output;
  return { ...withChannel(valve, name, { ...channel, idle: false, aligned }), idle: false };
};

const withChannel = (valve: Valve, name: string, channel: Channel): Valve => ({
  ...valve,
  channels: { ...valve.channels, [name]: channel },
});

function raise(valve: Valve): Valve {
  const aligned = Object.values(valve.channels).filter((channel) => channel.aligned);
  if (aligned.length === 0) return valve;
  const smallest = Math.min(...aligned.map(({ watermark }) => watermark));
  return smallest > valve.output ? { ...valve, output: smallest } : valve;
}
