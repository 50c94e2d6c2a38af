/** What the interface accepts at most. */
export type ApiLimits = {
  /** A request body; Lambda takes no more than 6 MB. A stream of lines has no limit where its carrier has none. */
  readonly bodyBytes: number;
  /** One message as text: the body of a `PUT`, one line; also every other body that is not a bulk. */
  readonly messageBytes: number;
  readonly payloadBytes: number;
  /** Objects and arrays inside one another, in one message. DynamoDB's nesting limit. */
  readonly depth: number;
  /** Members of one object. */
  readonly keys: number;
  readonly pathBytes: number;
  readonly headerBytes: number;
  readonly headers: number;
  /** How far ahead a message may be due. */
  readonly horizonMs: number;
  /** How long past a due time may be and still fire at once. */
  readonly pastGraceMs: number;
  /** Items of a bulk answer; where more come, the answer counts them and lists the first `bulkErrors` errors. */
  readonly bulkItems: number;
  /** Bytes of these items inside a Lambda's answer, which is JSON around JSON and may have 6 MB. */
  readonly bulkItemBytes: number;
  readonly bulkErrors: number;
  /** Elements of one page of a list. */
  readonly pageItems: number;
};

const KIB = 1024;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export const DEFAULT_LIMITS: ApiLimits = {
  bodyBytes: 6 * KIB * KIB,
  messageBytes: 256 * KIB,
  payloadBytes: 64 * KIB,
  depth: 32,
  keys: 1000,
  pathBytes: 2048,
  headerBytes: 10 * KIB,
  headers: 100,
  horizonMs: 366 * DAY_MS,
  pastGraceMs: 5 * MINUTE_MS,
  bulkItems: 50_000,
  bulkItemBytes: 5_900_000,
  bulkErrors: 1000,
  pageItems: 1000,
};
