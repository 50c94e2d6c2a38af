/** Why an attempt failed; the closed list of codes that reach `lastError` and dead letters. */
export type FailureReason = HttpReason | FaultReason;

type HttpReason = `HTTP_${number}` | 'REDIRECT';

export type FaultReason = keyof typeof FAULTS;

/** What a failure means for the message: whether to try again, and whether the target may have acted already. */
export type Failure = {
  readonly reason: FailureReason;
  readonly retryable: boolean;
  readonly effectPossible: boolean;
};

const UNSENT = { retryable: true, effectPossible: false } as const;
const UNKNOWN = { retryable: true, effectPossible: true } as const;
const REFUSED = { retryable: false, effectPossible: false } as const;

const FAULTS = {
  /** The host name has no address, or none was found in time. */
  DNS: UNSENT,
  /** An address behind the name, or the address itself, is not a public one (P21); names can be repaired, so it is tried again. */
  TARGET_NOT_PUBLIC: UNSENT,
  CONNECT_REFUSED: UNSENT,
  /** The deadline passed before the request could be written. */
  CONNECT_TIMEOUT: UNSENT,
  /** No route, no free socket, a connection cut while it was made. */
  CONNECT_FAILED: UNSENT,
  TLS_CERT_EXPIRED: UNSENT,
  TLS_CERT_UNTRUSTED: UNSENT,
  TLS_CERT_WRONG_HOST: UNSENT,
  /** No common protocol version or cipher, or no TLS at all. */
  TLS: UNSENT,
  /** The deadline passed after the request was written. */
  TIMEOUT: UNKNOWN,
  /** The connection broke after the request was written and before the answer was whole. */
  RESET: UNKNOWN,
  /** The answer is not HTTP/1.1, or its headers are too large. */
  INVALID_RESPONSE: UNKNOWN,
  /** This message or target cannot be put into a request at all. */
  INVALID_REQUEST: REFUSED,
  /** The channel was closed first. */
  CHANNEL_CLOSED: UNSENT,
  /** The queue says that this message is wrong. */
  QUEUE_REFUSED: REFUSED,
  /** The queue says that it did not take the message and may take it later. */
  QUEUE_UNAVAILABLE: UNSENT,
  /** The queue's answer was lost. */
  QUEUE_UNKNOWN: UNKNOWN,
  /** The same of a topic, an event bus and a function: it refused, it may take it later, its answer was lost. */
  TOPIC_REFUSED: REFUSED,
  TOPIC_UNAVAILABLE: UNSENT,
  TOPIC_UNKNOWN: UNKNOWN,
  BUS_REFUSED: REFUSED,
  BUS_UNAVAILABLE: UNSENT,
  BUS_UNKNOWN: UNKNOWN,
  FUNCTION_REFUSED: REFUSED,
  FUNCTION_UNAVAILABLE: UNSENT,
  FUNCTION_UNKNOWN: UNKNOWN,
  /** The function ran and threw, or was ended: it may have done its work before. */
  FUNCTION_ERROR: UNKNOWN,
  /** The process was started without an endpoint for this kind of target; it may be started again with one. */
  NO_ENDPOINT: UNSENT,
} as const;

const RETRYABLE_4XX = new Set([408, 425, 429]);

/** A failure without an answer of the target. */
export const faultFailure = (reason: FaultReason): Failure => ({ reason, ...FAULTS[reason] });

/**
 * What an HTTP status means, `undefined` for success (2xx). Redirects are not followed and end the message, as other
 * 4xx do, unless `retryOn` names them; 408, 425, 429 and everything from 500 is tried again. A target that answers
 * anything but a 5xx has said that it did not act; so has one that answers 503.
 */
export const statusFailure = (status: number, retryOn: readonly number[] = []): Failure | undefined => {
  if (status >= 200 && status < 300) return undefined;
  return {
    reason: status >= 300 && status < 400 ? 'REDIRECT' : `HTTP_${status}`,
    retryable: status >= 500 || RETRYABLE_4XX.has(status) || retryOn.includes(status),
    effectPossible: status >= 500 && status !== 503,
  };
};
