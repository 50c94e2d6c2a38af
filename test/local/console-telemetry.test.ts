import { expect, test } from 'vitest';
import { makeConsoleTelemetry } from '../../shared/local/console-telemetry.ts';

test('shows notes from a level on, with their fields, and keeps figures to itself', () => {
  const lines: string[] = [];
  const telemetry = makeConsoleTelemetry((line) => lines.push(line), 'warn');
  telemetry.note('debug', 'quiet');
  telemetry.note('info', 'request', { status: 200 });
  telemetry.note('warn', 'hints.unsent', { count: 3, target: 'push', nothing: undefined });
  telemetry.note('error', 'runtime failed', { at: 'one\n  two' });
  telemetry.count('sent', 2, 'push');
  telemetry.lateness(3);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}warn {2}hints\.unsent {2}count=3 {2}target=push$/);
  expect(lines[1]).toContain("at='one\\n  two'");
  expect(telemetry.total('sent', 'push')).toBe(2);
});
