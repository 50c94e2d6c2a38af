/** All that is kept of a key, outputs that are on their way included: what an item of DynamoDB holds, and some to spare. */
export const ITEM_BYTES = 350_000;

export type Limits = {
  readonly timersPerKey: number;
  readonly outputsPerCall: number;
  /** Calls of a key that wait for their results. */
  readonly callsPerKey: number;
  /** Of the states of a key together, as JSON. At most `ITEM_BYTES`. */
  readonly stateBytes: number;
  /** Event timers that one key may fire after the end of its input: chains of timers end there. */
  readonly finalFirings: number;
  /** Ids of elements that a key remembers. */
  readonly rememberedIds: number;
};

export const LIMITS: Limits = {
  timersPerKey: 1000,
  outputsPerCall: 1000,
  callsPerKey: 100,
  stateBytes: 65_536,
  finalFirings: 10_000,
  rememberedIds: 100,
};
