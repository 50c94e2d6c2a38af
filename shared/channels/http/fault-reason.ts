import type { FaultReason } from '../../core/delivery/outcome.ts';
import { AttemptFault } from './attempt-fault.ts';

const BY_CODE: Readonly<Record<string, FaultReason>> = {
  ECONNREFUSED: 'CONNECT_REFUSED',
  CERT_HAS_EXPIRED: 'TLS_CERT_EXPIRED',
  CERT_NOT_YET_VALID: 'TLS_CERT_EXPIRED',
  ERR_TLS_CERT_ALTNAME_INVALID: 'TLS_CERT_WRONG_HOST',
  HOSTNAME_MISMATCH: 'TLS_CERT_WRONG_HOST',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'TLS_CERT_UNTRUSTED',
  SELF_SIGNED_CERT_IN_CHAIN: 'TLS_CERT_UNTRUSTED',
  UNABLE_TO_GET_ISSUER_CERT: 'TLS_CERT_UNTRUSTED',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'TLS_CERT_UNTRUSTED',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'TLS_CERT_UNTRUSTED',
  CERT_SIGNATURE_FAILURE: 'TLS_CERT_UNTRUSTED',
  CERT_UNTRUSTED: 'TLS_CERT_UNTRUSTED',
  CERT_REJECTED: 'TLS_CERT_UNTRUSTED',
  CERT_REVOKED: 'TLS_CERT_UNTRUSTED',
  CERT_CHAIN_TOO_LONG: 'TLS_CERT_UNTRUSTED',
  INVALID_CA: 'TLS_CERT_UNTRUSTED',
  INVALID_PURPOSE: 'TLS_CERT_UNTRUSTED',
  PATH_LENGTH_EXCEEDED: 'TLS_CERT_UNTRUSTED',
  EPROTO: 'TLS',
};

/** What went wrong before the request was written; nothing of it reached the target. */
export const connectFaultReason = (error: Error): FaultReason => {
  if (error instanceof AttemptFault) return error.reason;
  const code = codeOf(error);
  return BY_CODE[code] ?? (/^ERR_(SSL|TLS)/.test(code) ? 'TLS' : 'CONNECT_FAILED');
};

/** What went wrong after the request was written. */
export const answerFaultReason = (error: Error): FaultReason =>
  error instanceof AttemptFault ? error.reason : 'RESET';

const codeOf = (error: Error): string => String((error as NodeJS.ErrnoException).code ?? '');
