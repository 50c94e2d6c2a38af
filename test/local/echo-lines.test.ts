import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeEchoLines } from '../../shared/local/echo-lines.ts';
import type { EchoDelivery } from '../../shared/local/echo-receiver.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const delivery = (latenessMs: number, more: Partial<EchoDelivery> = {}): EchoDelivery => ({
  id: 'msg_x',
  attempt: 1,
  receivedAtMs: Date.UTC(2026, 10, 22, 0, 0, 10, 3),
  latenessMs,
  signature: 'valid',
  body: Buffer.from('{"text":"Good morning"}'),
  ...more,
});

test('shows each delivery while few come', () => {
  const lines: string[] = [];
  const echo = makeEchoLines((line) => lines.push(line));
  echo.take(delivery(3, { key: 'driver-42' }));
  echo.take(delivery(12, { attempt: 2, signature: 'wrong-signature' }));
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/:10\.003 {2} {2}\+3 ms {2}signature valid {2}driver-42 {2}\{"text":"Good morning"\}$/);
  expect(lines[1]).toContain('+12 ms  signature wrong-signature  attempt 2  msg_x');
});

test('shows one line a second while many come, and single ones again afterwards', () => {
  const lines: string[] = [];
  const echo = makeEchoLines((line) => lines.push(line));
  for (let ms = 1; ms <= 105; ms += 1) echo.take(delivery(ms));
  expect(lines).toHaveLength(5);
  vi.advanceTimersByTime(1_000);
  expect(lines[5]).toContain('100 more  p50 +55 ms, p99 +104 ms, max +105 ms  all signatures valid');
  for (let ms = 1; ms <= 40; ms += 1) echo.take(delivery(ms));
  expect(lines).toHaveLength(6);
  vi.advanceTimersByTime(1_000);
  expect(lines[6]).toContain('40 more  p50 +20 ms');
  vi.advanceTimersByTime(1_000);
  echo.take(delivery(7));
  expect(lines[7]).toContain('+7 ms  signature valid  msg_x');
  expect(lines).toHaveLength(8);
});

test('counts signatures that are not valid', () => {
  const lines: string[] = [];
  const echo = makeEchoLines((line) => lines.push(line));
  for (let n = 0; n < 8; n += 1) echo.take(delivery(1, n === 7 ? { signature: 'missing-header' } : {}));
  echo.end();
  expect(lines.at(-1)).toContain('  3 more');
  expect(lines.at(-1)).toContain('1 without a valid signature');
});

test('a body cannot speak to the terminal', () => {
  const lines: string[] = [];
  const hostile = Buffer.from('\u001b[2J\r\n\u202egnp.exe\u0000 and much more text than there is room for in a line');
  makeEchoLines((line) => lines.push(line)).take(delivery(1, { body: hostile }));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it is about
  expect(lines[0]).not.toMatch(/[\u0000-\u001f\u202e]/);
  expect(lines[0]).toMatch(/·\[2J··/);
  expect(lines[0]?.endsWith('…')).toBe(true);
});
