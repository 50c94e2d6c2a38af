import { StoreError, type StoreErrorCode } from '../ports/store-error.ts';

const THROTTLES = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'Throttling',
  'Throttled',
  'ThrottledException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'TooManyRequestsException',
  'KMSThrottling',
  'OverLimit',
]);

/** Faults that show that no request left this machine, or that it was turned away before it was read. */
const NOT_APPLIED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CredentialsProviderError',
  'ExpiredTokenException',
  'ExpiredToken',
  'RequestExpired',
]);

type ServiceException = Error & {
  readonly code?: string;
  /** `clockSkewCorrected`: our clock was off, the signature refused, and the next one will be right. */
  readonly $metadata?: { readonly httpStatusCode?: number; readonly clockSkewCorrected?: boolean };
};

const codeOf = (error: ServiceException): StoreErrorCode => {
  if (THROTTLES.has(error.name)) return 'THROTTLED';
  if (NOT_APPLIED.has(error.code ?? '') || NOT_APPLIED.has(error.name)) return 'UNAVAILABLE';
  if (error.$metadata?.clockSkewCorrected) return 'UNAVAILABLE';
  const status = error.$metadata?.httpStatusCode;
  // No answer came, or half of one: a timeout, or a connection that broke. Only a status of 4xx says that nothing was done.
  return status !== undefined && status >= 400 && status < 500 ? 'REJECTED' : 'UNKNOWN';
};

/** Translates what the SDK throws where it happens; an error that is ours already stays. */
export const toStoreError = (error: unknown, operation: string): StoreError => {
  if (error instanceof StoreError) return error;
  if (!(error instanceof Error)) return new StoreError('UNKNOWN', `${operation} failed.`, { cause: error });
  return new StoreError(codeOf(error), `${operation} failed: ${error.name}.`, { cause: error });
};
