import { inspect } from 'node:util';
import type { MemoryTelemetry } from '../memory/telemetry.ts';
import { makeMemoryTelemetry } from '../memory/telemetry.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Telemetry that keeps figures to itself and shows notes, from a level on, as lines for people. */
export function makeConsoleTelemetry(write: (line: string) => void, from: (typeof LEVELS)[number]): MemoryTelemetry {
  const memory = makeMemoryTelemetry();
  return {
    ...memory,
    note: (level, event, fields = {}) => {
      memory.note(level, event, fields);
      if (LEVELS.indexOf(level) < LEVELS.indexOf(from)) return;
      const details = Object.entries(fields).flatMap(([name, value]) =>
        value === undefined ? [] : [`${name}=${shown(value)}`],
      );
      write([timeOf(Date.now()), level, event, ...details].join('  '));
    },
  };
}

/** The local time of day, to the millisecond. */
export function timeOf(ms: number): string {
  const date = new Date(ms);
  return `${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

const shown = (value: string | number | boolean): string =>
  typeof value === 'string' && /[\s=]/.test(value) ? inspect(value) : String(value);
