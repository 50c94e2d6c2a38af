import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hint, PointerQueue } from '../../shared/ports/pointer-queue.ts';

/** A queue that nobody else uses, and a way to take what it shows. */
export type OpenQueue = {
  readonly queue: PointerQueue;
  /** Some of what shows now or within a second, possibly nothing; it will not show again. */
  receive(): Promise<readonly string[]>;
  nowMs(): number;
  close(): Promise<void>;
};

const MAX_EMPTY_LOOKS = 5;

const now = (body: string): Hint => ({ body, delaySeconds: 0 });

const newBodies = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${String(n).padStart(6, '0')}-${randomUUID()}`);

/** Takes `count` hints, or fewer where none comes for some seconds. */
async function take({ receive }: OpenQueue, count: number): Promise<string[]> {
  const bodies: string[] = [];
  for (let empty = 0; bodies.length < count && empty < MAX_EMPTY_LOOKS; ) {
    const received = await receive();
    bodies.push(...received);
    empty = received.length > 0 ? 0 : empty + 1;
  }
  return bodies.toSorted();
}

/** What every adapter of `PointerQueue` does. */
export function pointerQueueContract(name: string, open: () => Promise<OpenQueue>): void {
  describe(`PointerQueue on ${name}`, { timeout: 30_000 }, () => {
    let opened: OpenQueue;
    beforeAll(async () => {
      opened = await open();
    }, 60_000);
    afterAll(() => opened?.close());
    carries(() => opened);
    refuses(() => opened);
  });
}

function carries(opened: () => OpenQueue): void {
  it.each([1, 10, 11, 137])('carries %d hints', async (count) => {
    const bodies = newBodies(count);
    expect(await opened().queue.send(bodies.map(now))).toEqual([]);
    expect(await take(opened(), count)).toEqual(bodies);
  });

  it('carries none', async () => {
    expect(await opened().queue.send([])).toEqual([]);
  });

  it('F08: carries hints that are too large together for one call', async () => {
    const bodies = newBodies(25).map((body) => body.padEnd(60_000, 'é'));
    expect(await opened().queue.send(bodies.map(now))).toEqual([]);
    expect(await take(opened(), 25)).toEqual(bodies);
  });

  it('carries text of any kind, and equal hints each by itself', async () => {
    const bodies = ['語 "quoted" \\ \t\n\r', 'ñ&<>%00', 'same', 'same', ' '].toSorted();
    expect(await opened().queue.send(bodies.map(now))).toEqual([]);
    expect(await take(opened(), bodies.length)).toEqual(bodies);
  });

  it('shows a delayed hint after its delay only', async () => {
    const [late = '', early = ''] = newBodies(2);
    const sentAt = opened().nowMs();
    expect(await opened().queue.send([{ body: late, delaySeconds: 2 }, now(early)])).toEqual([]);
    expect(await take(opened(), 1)).toEqual([early]);
    expect(await take(opened(), 1)).toEqual([late]);
    // SQS counts in whole seconds.
    expect(opened().nowMs() - sentAt).toBeGreaterThanOrEqual(1000);
  });
}

function refuses(opened: () => OpenQueue): void {
  it('refuses delays that are not 0 to 900 whole seconds, and empty hints, and sends nothing then', async () => {
    for (const delaySeconds of [-1, 0.5, 901, Number.NaN, Number.POSITIVE_INFINITY]) {
      const call = opened().queue.send([now('beside it'), { body: 'late', delaySeconds }]);
      const message = expect.stringContaining(`${delaySeconds}`);
      await expect(call).rejects.toMatchObject({ name: 'StoreError', code: 'REJECTED', message });
    }
    await expect(opened().queue.send([now('beside it'), now('')])).rejects.toMatchObject({ code: 'REJECTED' });
    expect(await opened().receive()).toEqual([]);
  });

  it('takes the longest delay', async () => {
    expect(await opened().queue.send([{ body: 'in a quarter of an hour', delaySeconds: 900 }])).toEqual([]);
    expect(await opened().receive()).toEqual([]);
  });
}
