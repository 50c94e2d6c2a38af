import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemoryFunction } from '../../shared/memory/memory-function-invoker.ts';
import type { FunctionInvoker } from '../../shared/ports/function-invoker.ts';

export type OpenInvoker = { readonly invoker: FunctionInvoker; close(): Promise<void> };

const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
const PAYLOAD = { text: '語 "quoted" 😀', n: 1.5 };
const CONTEXT = { 'webhook-id': 'msg_1', 'meridian-key': '%E8%AA%9E', 'x-team': 'growth' };
const TIMEOUT_MS = 10_000;

/** What every adapter of `FunctionInvoker` does; `open` makes an invoker that finds these functions by their ARNs. */
export function functionInvokerContract(
  name: string,
  open: (functions: Readonly<Record<string, MemoryFunction>>) => Promise<OpenInvoker>,
): void {
  describe(`FunctionInvoker on ${name}`, () => {
    const seen: unknown[] = [];
    let finish = (): void => undefined;
    let opened: OpenInvoker;
    beforeAll(async () => {
      opened = await open({
        [arnOf('push:live')]: (event, context) => seen.push([event, context]),
        [arnOf('fails')]: () => {
          throw new TypeError(`no such person${' at all'.repeat(1000)}`);
        },
        [arnOf('slow')]: () =>
          new Promise<void>((resolve) => {
            finish = resolve;
          }),
      });
    }, 60_000);
    afterAll(() => opened?.close());

    const invoke = (functionName: string, timeoutMs = TIMEOUT_MS) =>
      opened.invoker.invoke(
        arnOf(functionName),
        { payload: Buffer.from(JSON.stringify(PAYLOAD)), context: CONTEXT },
        timeoutMs,
      );

    it('gives a function its event and the text beside it, and says when it has returned', async () => {
      expect(await invoke('push:live')).toEqual({ kind: 'returned' });
      expect(seen).toEqual([[PAYLOAD, CONTEXT]]);
    });

    it('P5: tells a function that threw from one that never ran, with the start of what it said', async () => {
      const end = await invoke('fails');
      expect(end).toEqual({ kind: 'failed', response: expect.stringContaining('TypeError') });
      expect(end).toHaveProperty('response', expect.stringContaining('no such person'));
      expect(Buffer.byteLength((end as { response: string }).response)).toBeLessThanOrEqual(1024);
    });

    it('is refused where there is no such function', async () => {
      expect(await invoke('none')).toEqual({ kind: 'fault', reason: 'refused' });
    });

    it('F07: does not know what came of a function that is still running when its time is over', async () => {
      const started = performance.now();
      expect(await invoke('slow', 200)).toEqual({ kind: 'fault', reason: 'unknown' });
      expect(performance.now() - started).toBeGreaterThanOrEqual(190);
      finish();
    });
  });
}
