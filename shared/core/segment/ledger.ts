/**
 * What became of the items of a unit, a bucket or everything. Each figure is a sum of single steps, so ledgers add up:
 * accepted = pending + retrying + sent + dead + cancelled + expired + unknown, with `pending` found by subtraction.
 * `retrying` counts items whose first attempt failed and that are not terminal; a unit that ends them books −1.
 */
export type Ledger = {
  readonly accepted: number;
  readonly sent: number;
  readonly dead: number;
  readonly cancelled: number;
  readonly expired: number;
  readonly unknown: number;
  readonly retrying: number;
};

export type LedgerField = keyof Ledger;

export const EMPTY_LEDGER: Ledger = {
  accepted: 0,
  sent: 0,
  dead: 0,
  cancelled: 0,
  expired: 0,
  unknown: 0,
  retrying: 0,
};

export const LEDGER_FIELDS = Object.keys(EMPTY_LEDGER) as readonly LedgerField[];

export const addLedgers = (a: Ledger, b: Partial<Ledger>): Ledger => ({
  accepted: a.accepted + (b.accepted ?? 0),
  sent: a.sent + (b.sent ?? 0),
  dead: a.dead + (b.dead ?? 0),
  cancelled: a.cancelled + (b.cancelled ?? 0),
  expired: a.expired + (b.expired ?? 0),
  unknown: a.unknown + (b.unknown ?? 0),
  retrying: a.retrying + (b.retrying ?? 0),
});

export const subtractLedgers = (a: Ledger, b: Ledger): Ledger => ({
  accepted: a.accepted - b.accepted,
  sent: a.sent - b.sent,
  dead: a.dead - b.dead,
  cancelled: a.cancelled - b.cancelled,
  expired: a.expired - b.expired,
  unknown: a.unknown - b.unknown,
  retrying: a.retrying - b.retrying,
});

/** What is neither terminal nor waiting for another attempt. */
export const pendingOf = (ledger: Ledger): number =>
  ledger.accepted - ledger.sent - ledger.dead - ledger.cancelled - ledger.expired - ledger.unknown - ledger.retrying;
