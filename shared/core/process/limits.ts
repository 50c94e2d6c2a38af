export type Limits = {
  readonly timersPerKey: number;
  readonly outputsPerCall: number;
  /** Calls of a key that wait for their results. */
  readonly callsPerKey: number;
  /** Event timers that one key may fire after the end of its input: chains of timers end there. */
  readonly finalFirings: number;
  /** Ids of elements that a key remembers. */
  readonly rememberedIds: number;
};

export const LIMITS: Limits = {
  timersPerKey: 1000,
  outputsPerCall: 1000,
  callsPerKey: 100,
  finalFirings: 10_000,
  rememberedIds: 100,
};
