/** What Lambda is told of a record that has to come again. */
export type Receipt = string | { readonly partition: string; readonly offset: number };

/** A record as its source hands it over. */
export type CarriedRecord = {
  /** What its source knows it by: the same however often it comes, and never another's. */
  readonly id: string;
  /** Records of a line are in order; `null`: in none. */
  readonly line: string | null;
  readonly bytes: Buffer;
  /** Stands for the key of an element that names none. */
  readonly key: string | undefined;
  /** Stands for the timestamp of an element that has none. */
  readonly timestamp: number | null;
  readonly receipt: Receipt;
};

/** Records of one partition, in its order. */
export type CarriedBatch = {
  /** Of the queue, stream or cluster; `null` for a cluster that is not of AWS. */
  readonly arn: string | null;
  /** Of Kafka. */
  readonly topic: string | null;
  readonly partition: string;
  /** A queue brings every record again that is reported, a stream all from the first of them on. */
  readonly reports: 'each' | 'first';
  readonly records: readonly CarriedRecord[];
};

/** The last part of an ARN, without its kind: the name of a queue or stream. */
export const nameIn = (arn: string): string => arn.slice(Math.max(arn.lastIndexOf(':'), arn.lastIndexOf('/')) + 1);
