import type { Decision, MessageView } from '../core/message/message-view.ts';
import type { NewMessage } from '../core/message/new-message.ts';
import type { EpochMs } from '../core/time/epoch.ts';

/** What `putKeyed` did. `duplicate`: the very same message was pending already and stays as it is. */
export type KeyedReceipt = { readonly view: MessageView; readonly replaced: boolean; readonly duplicate: boolean };

/** Ids and due times in the order of `add`; empty arrays where receipts were not kept. */
export type IntakeReceipts = {
  readonly ids: readonly string[];
  readonly dueAt: readonly EpochMs[];
  readonly accepted: number;
};

/**
 * A bulk call under way. `acceptedAt` is the instant that due times are to be resolved against: a retried call gets
 * the one of the first, so that it writes the same entries over themselves.
 */
export type Intake = {
  readonly acceptedAt: EpochMs;
  /** True where an earlier call with this idempotency key ended well: nothing is written, the same ids come again. */
  readonly replayed: boolean;
  /** Takes a message; a promise comes back only when the caller should wait for room. */
  add(message: NewMessage): Promise<void> | undefined;
  /** Keeps no receipts from now on and lets go of those it has: the call turned out longer than its answer may be. */
  forgetReceipts(): void;
  /**
   * Stores what is left and acknowledges. `bodyHash` identifies the whole request body.
   * Throws Problem 422 `IDEMPOTENCY_KEY_REUSED` where the key came with another body, 503 where the store fails.
   */
  finish(bodyHash: string): Promise<IntakeReceipts>;
  /** Gives the idempotency key back after a failure; what was stored is overwritten by the retry. */
  abandon(): Promise<void>;
};

/** The use cases of messages; built by `makeMessageDesk`. All throw `Problem`. */
export type MessageDesk = {
  /** 409 `TOO_LATE` where a pending message of this key is due within 2 s. */
  putKeyed(key: string, message: NewMessage): Promise<KeyedReceipt>;
  /**
   * 409 `REQUEST_IN_PROGRESS` while another call with the same key runs; 422 `IDEMPOTENCY_KEY_REUSED` at once where
   * `bodyHash` is known beforehand and differs.
   */
  openIntake(request: { idempotencyKey: string; bodyHash?: string; keepReceipts: boolean }): Promise<Intake>;
  /** By key, or by id where it starts with `msg_`. */
  find(keyOrId: string): Promise<MessageView | undefined>;
  /** 404 `NOT_FOUND`, 409 `TOO_LATE`; cancelling twice answers the same again. */
  cancel(keyOrId: string): Promise<MessageView>;
  /** 404 `NOT_FOUND`. */
  explain(keyOrId: string): Promise<{ readonly view: MessageView; readonly decisions: readonly Decision[] }>;
};
