import { expect, it } from 'vitest';
import { makeMemoryBatchSender } from '../../shared/memory/memory-batch-sender.ts';
import type { TextEntry } from '../../shared/ports/batch-sender.ts';
import { batchSenderContract } from '../contract/batch-sender.contract.ts';
import { eventEntry, textEntry } from '../support/entries.ts';

const open = async <Entry>() => {
  const sender = makeMemoryBatchSender<Entry>({ addresses: ['here'] });
  let looked = 0;
  const arrived = async () => {
    const all = sender.taken('here');
    const fresh = all.slice(looked);
    looked = all.length;
    return fresh;
  };
  return { sender, address: 'here', nowhere: 'there', arrived, close: () => Promise.resolve() };
};

batchSenderContract({ name: 'memory, text' }, textEntry, open);
batchSenderContract({ name: 'memory, events' }, eventEntry, open);

it('a memory sender leaves out what it is told to, with the reason', async () => {
  const sender = makeMemoryBatchSender<TextEntry>({
    addresses: ['here'],
    fault: ({ body }) => (body === 'b' ? 'unavailable' : undefined),
  });
  expect(await sender.sendBatch('here', ['a', 'b', 'c'].map(textEntry), 100)).toEqual([
    { index: 1, reason: 'unavailable' },
  ]);
  expect(sender.taken('here')).toEqual(['a', 'c'].map(textEntry));
  expect(sender.taken('there')).toEqual([]);
});
