import { expect, test } from 'vitest';
import { identityOf } from '../../shared/local/instance.ts';

test('a process knows all earlier ones on its directory to be dead, and nobody else', () => {
  const { isDead, owner } = identityOf(10);
  expect([1, 2, 9].map((n) => isDead(identityOf(n).owner))).toEqual([true, true, true]);
  expect([10, 11, 100].map((n) => isDead(identityOf(n).owner))).toEqual([false, false, false]);
  expect(isDead(owner)).toBe(false);
});

test.each(['', 'local-', 'local-x', 'local--1', 'local-1 ', 'xlocal-1', 'b6f4d9c2-2b1e-4a57-9df0-0d8f5a1e2c3b'])(
  'an owner of another form, %j, is not judged',
  (owner) => {
    expect(identityOf(10).isDead(owner)).toBe(false);
  },
);
