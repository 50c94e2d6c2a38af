import type { EntryFault } from './batch-sender.ts';

/** What a function gets: its event, which is JSON, and text by name beside it, within {@link MAX_CONTEXT_BYTES}. */
export type Invocation = { readonly payload: Uint8Array; readonly context: Readonly<Record<string, string>> };

/** Of the context as JSON: Lambda takes 3,583 bytes of its base64. */
export const MAX_CONTEXT_BYTES = 2_685;

/**
 * How a call ended: the function `returned`; it ran and `failed`, with the start of what it said, at most 1 KB; or a
 * fault kept it from running (`refused` for good, `unavailable` for now) or its answer from us (`unknown`).
 */
export type InvocationEnd =
  | { readonly kind: 'returned' }
  | { readonly kind: 'failed'; readonly response: string }
  | { readonly kind: 'fault'; readonly reason: EntryFault['reason']; readonly retryAfterMs?: number };

/** Calls functions of users. Adapters: memory, Lambda. */
export interface FunctionInvoker {
  /** Waits until the function ends, for at most `timeoutMs`. A rejection is `unknown`. */
  invoke(functionArn: string, invocation: Invocation, timeoutMs: number): Promise<InvocationEnd>;
}
