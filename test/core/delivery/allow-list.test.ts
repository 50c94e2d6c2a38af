import { describe, expect, it } from 'vitest';
import { makeAllowList } from '../../../shared/core/delivery/allow-list.ts';

describe('makeAllowList', () => {
  const allow = makeAllowList(['127.0.0.0/8', '::1', '10.1.2.3', 'fd00::/8', 'localhost', 'Echo.Internal.']);

  it.each(['127.0.0.1', '127.9.9.9', '::1', '0:0:0:0:0:0:0:1', '10.1.2.3', 'fd12::1'])(
    'holds the address %s',
    (address) => {
      expect(allow.hasAddress(address)).toBe(true);
    },
  );

  it.each(['128.0.0.1', '10.1.2.4', '::2', 'fe80::1', '::ffff:127.0.0.1', '8.8.8.8', 'localhost', '', 'x'])(
    'does not hold the address %j',
    (address) => {
      expect(allow.hasAddress(address)).toBe(false);
    },
  );

  it.each(['localhost', 'LOCALHOST', 'localhost.', 'echo.internal'])('holds the host %s', (host) => {
    expect(allow.hasHost(host)).toBe(true);
  });

  it.each(['a.localhost', 'localhost.example.com', 'internal', '', '127.0.0.1'])(
    'does not hold the host %j',
    (host) => {
      expect(allow.hasHost(host)).toBe(false);
    },
  );

  it('holds nothing where it is empty', () => {
    const nothing = makeAllowList([]);
    expect([nothing.hasHost('localhost'), nothing.hasAddress('127.0.0.1'), nothing.hasAddress('8.8.8.8')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each([
    '',
    '*',
    '*.internal',
    'http://localhost',
    'localhost:80',
    '127.1',
    '2130706433',
    '0x7f',
    '1.2.3.4/33',
    'a b',
    'é.de',
  ])('refuses the entry %j', (entry) => {
    expect(() => makeAllowList(['localhost', entry])).toThrow(RangeError);
  });
});
