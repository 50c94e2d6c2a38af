/** What a program is fed: elements, then how far event time has come, then how long to wait for what comes of it. */
export type ProcessSample = {
  readonly elements: (now: number) => readonly SampleElement[];
  /** The watermark after the elements, for programs in event time. */
  readonly watermark?: string;
  readonly waitSeconds: number;
};

export type SampleElement = {
  readonly key: string;
  readonly id: string;
  readonly timestamp?: string;
  readonly value: unknown;
};

const START = Date.UTC(2026, 10, 22);
const SECOND = 1000;
const MINUTE = 60 * SECOND;

const instant = (at: number): string => new Date(START + at).toISOString();

const at = (key: string, ms: number, value: unknown): SampleElement => ({
  key,
  id: `${key}-${ms}`,
  timestamp: instant(ms),
  value,
});

/** The feeds of the programs' own READMEs, by the name of the process. */
export const SAMPLES: Readonly<Record<string, ProcessSample>> = {
  'rolling-sessions': {
    elements: () => [
      at('u', 0.5 * MINUTE, { durationMs: 10 }),
      at('u', 20 * MINUTE, { durationMs: 20 }),
      at('u', 40.5 * MINUTE, { durationMs: 30 }),
    ],
    watermark: instant(402 * MINUTE),
    waitSeconds: 6,
  },
  'tumbling-sum': {
    elements: () => [at('a', 10 * SECOND, { amount: 1 }), at('a', 61 * SECOND, { amount: 2 })],
    watermark: instant(3 * MINUTE),
    waitSeconds: 5,
  },
  'periodic-sum': {
    elements: () => [at('a', 10 * SECOND, { amount: 1 }), at('a', 130 * SECOND, { amount: 2 })],
    watermark: instant(5 * MINUTE),
    waitSeconds: 5,
  },
  'release-messages': {
    elements: (now) =>
      ['A', 'B'].map((text, n) => ({
        key: `message-${text}`,
        id: `message-${text}`,
        value: { driver: 'driver-1', text, releaseAt: now + (n + 2) * SECOND },
      })),
    waitSeconds: 8,
  },
  heartbeat: {
    elements: () => [{ key: 'device-1', id: 'beat-1', value: {} }],
    waitSeconds: 64,
  },
};
