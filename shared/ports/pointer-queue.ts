/** A hint to look at a unit of work: text of at most 1 KB, shown after a delay of 0–900 whole seconds. */
export type Hint = { readonly body: string; readonly delaySeconds: number };

/** Carries hints, at least once and in any order; losing one costs lateness, never a message. Adapters: memory, SQS. */
export interface PointerQueue {
  /** Sends all; returns those that are certainly or possibly not sent after its own retries. */
  send(hints: readonly Hint[]): Promise<readonly Hint[]>;
}
