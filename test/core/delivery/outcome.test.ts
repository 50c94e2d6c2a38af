import { describe, expect, it } from 'vitest';
import { faultFailure, statusFailure } from '../../../shared/core/delivery/outcome.ts';

describe('F22: statusFailure', () => {
  it.each([200, 201, 202, 204, 206, 226, 299])('%i is success', (status) => {
    expect(statusFailure(status)).toBeUndefined();
  });

  it.each([
    [300, 'REDIRECT', false, false],
    [301, 'REDIRECT', false, false],
    [304, 'REDIRECT', false, false],
    [308, 'REDIRECT', false, false],
    [400, 'HTTP_400', false, false],
    [401, 'HTTP_401', false, false],
    [404, 'HTTP_404', false, false],
    [408, 'HTTP_408', true, false],
    [410, 'HTTP_410', false, false],
    [413, 'HTTP_413', false, false],
    [425, 'HTTP_425', true, false],
    [429, 'HTTP_429', true, false],
    [500, 'HTTP_500', true, true],
    [501, 'HTTP_501', true, true],
    [502, 'HTTP_502', true, true],
    [503, 'HTTP_503', true, false],
    [504, 'HTTP_504', true, true],
    [599, 'HTTP_599', true, true],
    [999, 'HTTP_999', true, true],
  ])('%i is %s, retryable %s, effect possible %s', (status, reason, retryable, effectPossible) => {
    expect(statusFailure(status)).toEqual({ reason, retryable, effectPossible });
  });

  it.each([302, 404, 410])('%i is tried again where the target asks for it', (status) => {
    expect(statusFailure(status, [302, 404, 410])).toMatchObject({ retryable: true, effectPossible: false });
    expect(statusFailure(status, [400])).toMatchObject({ retryable: false });
  });
});

describe('faultFailure', () => {
  it.each([
    'DNS',
    'TARGET_NOT_PUBLIC',
    'CONNECT_REFUSED',
    'CONNECT_TIMEOUT',
    'CONNECT_FAILED',
    'TLS',
    'TLS_CERT_EXPIRED',
    'TLS_CERT_UNTRUSTED',
    'TLS_CERT_WRONG_HOST',
    'CHANNEL_CLOSED',
    'QUEUE_UNAVAILABLE',
    'TOPIC_UNAVAILABLE',
    'BUS_UNAVAILABLE',
    'FUNCTION_UNAVAILABLE',
    'NO_ENDPOINT',
  ] as const)('%s certainly had no effect and is tried again', (reason) => {
    expect(faultFailure(reason)).toEqual({ reason, retryable: true, effectPossible: false });
  });

  it.each([
    'TIMEOUT',
    'RESET',
    'INVALID_RESPONSE',
    'QUEUE_UNKNOWN',
    'TOPIC_UNKNOWN',
    'BUS_UNKNOWN',
    'FUNCTION_UNKNOWN',
    'FUNCTION_ERROR',
  ] as const)('%s leaves the effect open', (reason) => {
    expect(faultFailure(reason)).toEqual({ reason, retryable: true, effectPossible: true });
  });

  it.each(['INVALID_REQUEST', 'QUEUE_REFUSED', 'TOPIC_REFUSED', 'BUS_REFUSED', 'FUNCTION_REFUSED'] as const)(
    '%s is final',
    (reason) => {
      expect(faultFailure(reason)).toEqual({ reason, retryable: false, effectPossible: false });
    },
  );
});
