import { fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { makeMemoryTelemetry } from '../shared/memory/telemetry.ts';
import { StoreError } from '../shared/ports/store-error.ts';
import { withTelemetry } from '../shared/telemetry.ts';

const SCRIPT = fileURLToPath(new URL('telemetry/emit.ts', import.meta.url));

type Reader = 'reads' | 'closes' | 'stalls';
type Line = Record<string, unknown> & {
  _aws?: { CloudWatchMetrics: { Dimensions: string[][]; Metrics: unknown[] }[] };
};

/** Runs a scenario of `emit.ts` in a process of its own, with a reader that reads, goes away or stalls. */
async function emit(scenario: string, reader: Reader = 'reads') {
  const child = fork(SCRIPT, [scenario], { silent: true });
  const stdout = child.stdout as Readable;
  let text = '';
  let report: { mostQueued?: number } = {};
  const collect = (data: Buffer) => {
    text += data;
  };
  child.on('message', (message) => {
    report = message as typeof report;
    stdout.resume();
  });
  if (reader === 'reads') stdout.on('data', collect);
  if (reader === 'closes') stdout.destroy();
  child.stderr?.on('data', collect);
  const status = await new Promise((resolve) => child.on('close', resolve));
  const lines = text.split('\n').filter((line) => line !== '');
  return { status, report, lines: status === 0 ? lines.map((line) => JSON.parse(line) as Line) : [] };
}

const metricLines = (lines: readonly Line[]) => lines.filter((line) => line._aws);
const withDimensions = (lines: readonly Line[], ...names: string[]) =>
  metricLines(lines).filter((line) => String(line._aws?.CloudWatchMetrics[0]?.Dimensions) === String([names]));

describe('makeTelemetry on a real stdout', () => {
  it('writes what an invocation added up once, totals and targets apart, and nothing the second time', async () => {
    const { status, lines } = await emit('invocation');
    expect(status).toBe(0);
    const [totals, lateness, ...more] = withDimensions(lines, 'stage');
    expect(totals).toMatchObject({ stage: 'test', service: 'send', sent: 12, stale: 1, clockSkewMs: -250 });
    expect(totals?._aws?.CloudWatchMetrics[0]?.Metrics).toEqual([
      { Name: 'sent', Unit: 'Count' },
      { Name: 'stale', Unit: 'Count' },
      { Name: 'clockSkewMs', Unit: 'Milliseconds' },
    ]);
    expect(lateness).toMatchObject({
      _aws: { Timestamp: 1_800_000_000_000 },
      latenessMs: { Values: [3, 7], Counts: [1000, 1], Min: 3, Max: 7, Count: 1001, Sum: 3007 },
    });
    expect(more).toEqual([]);
    const targets = withDimensions(lines, 'stage', 'target');
    expect(targets.map(({ target, sent }) => [target, sent])).toEqual([
      ['push', 7],
      ['mail', 5],
    ]);
  });

  it('writes notes as structured lines with request id and stage, those of lower levels not', async () => {
    const { lines } = await emit('invocation');
    const notes = lines.filter((line) => !line._aws);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatchObject({
      level: 'INFO',
      message: 'checkpoint',
      service: 'send',
      stage: 'test',
      function_request_id: 'request-1',
      shard: 3,
      ok: true,
    });
  });

  it('bounds lines, targets, values and text of one invocation, and counts what it leaves out', async () => {
    const { lines } = await emit('wide');
    const notes = lines.filter((line) => line.message === 'loop');
    expect(notes).toHaveLength(200);
    expect(String(notes[0]?.text)).toHaveLength(2000);
    expect(lines.find((line) => line.message === 'notes dropped')).toMatchObject({ dropped: 4800 });
    const targets = withDimensions(lines, 'stage', 'target');
    expect(targets).toHaveLength(101);
    expect(targets.find(({ target }) => target === '(other)')).toMatchObject({ failed: 400 });
    const parts = lines.flatMap(({ latenessMs }) => (latenessMs ? [latenessMs as Record<string, number[]>] : []));
    expect(parts.length).toBeGreaterThan(1);
    for (const { Values, Counts } of parts) {
      expect(Values?.length).toBeLessThanOrEqual(100);
      expect(Counts).toHaveLength(Values?.length ?? 0);
    }
  });

  it('survives fields that throw and a target without a name', async () => {
    const { status, lines } = await emit('hostile');
    expect(status).toBe(0);
    expect(withDimensions(lines, 'stage')[0]).toMatchObject({ sent: 1 });
    expect(withDimensions(lines, 'stage', 'target')).toEqual([]);
  });

  it('F50: a reader that is gone changes nothing for the work', async () => {
    expect((await emit('endless', 'closes')).status).toBe(0);
  });

  it('F50: a reader that stalls neither blocks the work nor fills the memory', async () => {
    const { status, report } = await emit('endless', 'stalls');
    expect(status).toBe(0);
    expect(report.mostQueued).toBeGreaterThan(500_000);
    expect(report.mostQueued).toBeLessThan(1_500_000);
  });
});

describe('withTelemetry', () => {
  const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 1500 } as Context;
  const event: SQSEvent = { Records: [] };

  const chain = (handle: () => Promise<SQSBatchResponse>) => {
    const memory = makeMemoryTelemetry();
    const calls: string[] = [];
    const telemetry = { ...memory, begin: () => calls.push('begin'), flush: () => calls.push('flush') };
    const handler = middy<SQSEvent, SQSBatchResponse>()
      .use(withTelemetry(telemetry))
      .handler(() => {
        calls.push('handle');
        return handle();
      });
    return { calls, notes: memory.notes, invoke: () => handler(event, context) };
  };

  it('begins, lets the handler answer, and flushes', async () => {
    const { calls, notes, invoke } = chain(async () => ({ batchItemFailures: [] }));
    expect(await invoke()).toEqual({ batchItemFailures: [] });
    expect(calls).toEqual(['begin', 'handle', 'flush']);
    expect(notes).toEqual([{ level: 'info', event: 'invocation ended', fields: { remainingMs: 1500 } }]);
  });

  it('P23: flushes after an error and lets none of its message out, neither in the log nor to Lambda', async () => {
    const { calls, notes, invoke } = chain(async () => JSON.parse('{"text": secret-payload}'));
    const thrown = await invoke().then(
      () => undefined,
      (error: Error) => error,
    );
    expect(calls).toEqual(['begin', 'handle', 'flush']);
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown?.name).toBe('SyntaxError');
    expect(`${thrown?.message} ${thrown?.stack}`).not.toContain('secret');
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatchObject({ level: 'error', event: 'invocation failed', fields: { error: 'SyntaxError' } });
    expect(String(notes[0]?.fields.at)).toContain('telemetry.test.ts');
    expect(JSON.stringify(notes)).not.toContain('secret');
  });

  it('P23: a message of many lines does not pass as stack frames', async () => {
    const { notes, invoke } = chain(async () => {
      throw new TypeError('refused:\n    at secret (payload.json:1:1)\nend');
    });
    await expect(invoke()).rejects.toThrow('withheld');
    expect(JSON.stringify(notes)).not.toContain('secret');
  });

  it('keeps our own errors, which hold no payload, and survives what is no error', async () => {
    const ours = chain(async () => {
      throw new StoreError('THROTTLED', 'The table is busy.');
    });
    await expect(ours.invoke()).rejects.toThrow('The table is busy.');
    expect(ours.notes[0]?.fields).toMatchObject({
      error: 'StoreError',
      code: 'THROTTLED',
      detail: 'The table is busy.',
    });
    const bare = chain(() => Promise.reject(undefined));
    await expect(bare.invoke()).rejects.toThrow('thrown undefined');
  });
});

describe('makeMemoryTelemetry', () => {
  it('adds counters up by total and target, and keeps the last value of a gauge', () => {
    const telemetry = makeMemoryTelemetry();
    telemetry.count('sent', 2, 'push');
    telemetry.count('sent', 3);
    telemetry.count('tickGapMs', 90_000);
    telemetry.count('tickGapMs', 60_000);
    expect(telemetry.total('sent')).toBe(5);
    expect(telemetry.total('sent', 'push')).toBe(2);
    expect(telemetry.total('tickGapMs')).toBe(60_000);
    expect(telemetry.total('dead')).toBe(0);
  });

  it('keeps lateness as a histogram and only the latest notes', () => {
    const telemetry = makeMemoryTelemetry();
    telemetry.lateness(5, 3);
    expect(telemetry.latenessMs).toMatchObject({ count: 3, sum: 15, max: 5 });
    for (let n = 0; n < 1500; n += 1) telemetry.note('info', `note ${n}`);
    expect(telemetry.notes).toHaveLength(1000);
    expect(telemetry.notes.at(-1)?.event).toBe('note 1499');
  });
});
