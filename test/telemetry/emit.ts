import type { Context } from 'aws-lambda';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { makeTelemetry } from '../../shared/telemetry.ts';

// A process of its own, because what is tested is what becomes of a real stdout. Told by its argument what to do.

const telemetry = makeTelemetry({
  service: 'send',
  stage: 'test',
  logLevel: 'info',
  clock: { now: () => epochMs(1_800_000_000_000) },
});
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

const scenarios: Record<string, () => Promise<void> | void> = {
  invocation: () => {
    telemetry.begin({ awsRequestId: 'request-1', functionName: 'send' } as Context);
    telemetry.count('sent', 3, 'push');
    telemetry.count('sent', 4, 'push');
    telemetry.count('sent', 5, 'mail');
    telemetry.count('stale', 1);
    telemetry.count('clockSkewMs', -250);
    telemetry.count('clockSkewMs', 40);
    telemetry.count('sent', Number.NaN, 'push');
    telemetry.lateness(3, 1000);
    telemetry.lateness(7);
    telemetry.note('info', 'checkpoint', { shard: 3, ok: true, none: undefined });
    telemetry.note('debug', 'not shown');
    telemetry.flush();
    telemetry.flush();
  },
  wide: () => {
    for (let ms = 0; ms < 100_000; ms = Math.ceil(ms * 1.05) + 1) telemetry.lateness(ms);
    for (let n = 0; n < 500; n += 1) telemetry.count('failed', 1, `target-${n}`);
    for (let n = 0; n < 5000; n += 1) telemetry.note('warn', 'loop', { n, text: 'x'.repeat(100_000) });
    telemetry.flush();
  },
  hostile: () => {
    const fields = {
      get thrown(): string {
        throw new Error('a getter');
      },
    };
    telemetry.note('info', 'with a getter that throws', fields);
    telemetry.count('sent', 1, '');
    telemetry.flush();
  },
  endless: async () => {
    let mostQueued = 0;
    for (let n = 0; n < 3000; n += 1) {
      telemetry.count('sent', 1, 'push');
      for (let m = 0; m < 10; m += 1) telemetry.note('info', 'loop', { text: 'x'.repeat(1000) });
      telemetry.flush();
      mostQueued = Math.max(mostQueued, process.stdout.writableLength);
      if (n % 100 === 0) await nextTurn();
    }
    process.send?.({ mostQueued });
  },
};

await scenarios[process.argv[2] ?? '']?.();
if (process.connected) process.disconnect();
