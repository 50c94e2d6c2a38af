import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BatchSender, MAX_BATCH_ENTRIES } from '../../shared/ports/batch-sender.ts';

/** A sender, a place of its own to send to, and a look at what arrived there. */
export type OpenBatchSender<Entry> = {
  readonly sender: BatchSender<Entry>;
  readonly address: string;
  /** Of the right form, but nothing is there. */
  readonly nowhere: string;
  /** What arrived since the last look, in any order. */
  arrived(): Promise<readonly Entry[]>;
  close(): Promise<void>;
};

/** Where an engine is not like the service of AWS, so that the suite leaves it out. */
export type SenderDeviation = 'no text beyond U+FFFF';

export type SenderSuite = { readonly name: string; readonly deviations?: readonly SenderDeviation[] };

const TIMEOUT_MS = 10_000;

/** What every adapter of `BatchSender` does. `entryOf`: an entry that carries this text in each of its parts. */
export function batchSenderContract<Entry>(
  { name, deviations = [] }: SenderSuite,
  entryOf: (text: string) => Entry,
  open: () => Promise<OpenBatchSender<Entry>>,
): void {
  describe(`BatchSender on ${name}`, () => {
    let opened: OpenBatchSender<Entry>;
    beforeAll(async () => {
      opened = await open();
    }, 60_000);
    afterAll(() => opened?.close());
    beforeEach(async () => {
      await opened.arrived();
    });
    const send = (entries: readonly Entry[], address = opened.address) =>
      opened.sender.sendBatch(address, entries, TIMEOUT_MS);
    const sorted = (entries: readonly Entry[]) => entries.map(canonical).toSorted();

    it.each([1, 2, MAX_BATCH_ENTRIES])('carries %d entries with all that is in them', async (count) => {
      const entries = Array.from({ length: count }, (_, n) => entryOf(`n${n}`));
      expect(await send(entries)).toEqual([]);
      expect(sorted(await opened.arrived())).toEqual(sorted(entries));
    });

    it('I8: carries text of any kind, and equal entries each by itself', async () => {
      const beyond = deviations.includes('no text beyond U+FFFF') ? [] : ['😀'];
      const texts = ['語 "quoted" \\ \t\n', 'ñ&<>%00+ ;=', '{"a":[1,2.50,null]}', 'same', 'same', ...beyond];
      const entries = texts.map(entryOf);
      expect(await send(entries)).toEqual([]);
      expect(sorted(await opened.arrived())).toEqual(sorted(entries));
    });

    it('refuses all that is for a place that does not exist', async () => {
      expect(await send([entryOf('a'), entryOf('b')], opened.nowhere)).toEqual([
        { index: 0, reason: 'refused' },
        { index: 1, reason: 'refused' },
      ]);
      expect(await opened.arrived()).toEqual([]);
    });
  });
}

/** Attributes come back in any order. */
const canonical = (entry: unknown): string =>
  JSON.stringify(entry, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
