/*
 * The faults of RELIABILITY.md section 2 in this simulation. Each is a switch of its own that a seed turns on or off;
 * what cannot be told by a virtual clock stands in NOT_HERE with the place that shows it.
 */

export const FAULTS = {
  F01: 'one to four ticks in a row are skipped',
  F02: 'more ticks in a row are skipped than the lookahead has minutes',
  F03: 'ticks come twice and overlap',
  F04: 'ticks come late, up to six hours',
  F05: 'a tick dies at any of its calls',
  F06: 'hints are refused in part',
  F07: 'hints are reported as unsent and come all the same',
  F08: 'a call takes ten hints or fewer, and a send of more dies or fails between two calls',
  F09: 'hints come twice',
  F10: 'hints come minutes late, in any order, or never',
  F11: 'hints show again while they are worked on',
  F12: 'a sandbox is killed at any time before its deadline',
  F13: 'no sandbox starts for minutes, and hints count as received all the same',
  F14: 'a sandbox freezes for minutes and wakes up as if nothing had been',
  F15: 'a sandbox serves several events at once, with all its state between them',
  F16: 'hints that cannot be read',
  F17: 'hints to units that do not exist, and to entries whose writers are not done',
  F18: 'a channel throws what is no error, before it sent anything or when all is reported',
  F19: 'a sandbox dies at any of its calls',
  F20: 'the receiver acts and its answer is lost',
  F26: 'the store throttles',
  F27: 'the outcome of a write is unknown: done or not, once or twice',
  F29: 'some items of a batch are stored and the rest are not',
  F31: 'pages of one item, and empty pages that go on',
  F32: 'payloads so large that a pack takes five, and states that would grow beyond what they may',
  F33: 'one partition throttles for seconds',
  F34: 'the store collects expired items days late, never, and in any order',
  F35: 'keys are used again after their item expired, or is collected right before it is changed',
  F36: 'clocks differ by up to 5 s from each other, and some jump by minutes or an hour',
  F37: 'the year ends meanwhile',
  F38: 'clocks are set back or forward, and local times happen twice or not at all',
  F39: 'processes of two versions store records in two forms, and into more shards',
  F40: 'everything is down for minutes to hours',
  F41: 'one service is down for minutes to hours',
  F43: 'one Idempotency-Key, two calls at once, with the same or another body',
  F45: 'cancels and moves race the send at every step',
  F46: 'a herd comes due in one millisecond',
  F49: 'hints that failed too often stay, because there is no dead-letter queue',
  F50: 'the running figures cannot be stored',
  F51: 'stored entries are damaged',
} as const;

export type FaultId = keyof typeof FAULTS;

export const FAULT_IDS = Object.keys(FAULTS) as readonly FaultId[];

/** Why a row is not injected here, and where it is shown instead. */
export const NOT_HERE: Readonly<Record<string, string>> = {
  F21: 'needs a socket: test/channels/http',
  F22: 'needs a socket: test/channels/http; 429 with Retry-After is part of every world',
  F23: 'needs a socket: test/channels/http',
  F24: 'needs a socket: test/channels/http',
  F25: 'needs a resolver: test/channels/http',
};
