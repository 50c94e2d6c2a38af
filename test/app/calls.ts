import { expect } from 'vitest';
import type { IntakeReceipts } from '../../shared/app/message-desk.ts';
import type { MessageState, MessageView } from '../../shared/core/message/message-view.ts';
import type { NewMessage } from '../../shared/core/message/new-message.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import type { Outcome } from '../../shared/ports/channel.ts';
import type { World } from '../support/world.ts';

/** A message to `push`, told apart by `n`. */
export const message = (dueAt: number, n: number | string = 0, part: Partial<NewMessage> = {}): NewMessage => ({
  target: 'push',
  dueAt: epochMs(dueAt),
  payload: `{"n":${JSON.stringify(n)}}`,
  ...part,
});

let calls = 0;
let counting: string | undefined;

/** A key that no other call of this test has. Where a message lies depends on it: it counts what no other test did. */
const nextKey = (): string => {
  const { testPath, currentTestName } = expect.getState();
  const now = `${testPath} ${currentTestName}`;
  if (now !== counting) calls = 0;
  counting = now;
  calls += 1;
  return `call-${calls}`;
};

/** A bulk call, without letting time pass. */
export const bulk = async (
  world: Pick<World, 'desk'>,
  messages: readonly NewMessage[],
  idempotencyKey = nextKey(),
): Promise<IntakeReceipts> => {
  const intake = await world.desk.openIntake({ idempotencyKey, keepReceipts: true });
  for (const one of messages) await intake.add(one);
  return intake.finish('hash');
};

/** The ids of messages that were accepted now. */
export const accept = async (world: World, messages: readonly NewMessage[], key?: string): Promise<readonly string[]> =>
  (await world.during(bulk(world, messages, key))).ids;

export const put = async (world: World, key: string, one: NewMessage): Promise<MessageView> =>
  (await world.during(world.desk.putKeyed(key, one))).view;

export const failed = (reason: string, part: Partial<Outcome & { kind: 'failed' }> = {}): Outcome => ({
  kind: 'failed',
  retryable: true,
  effectPossible: true,
  reason,
  ...part,
});

/** How many messages are in each state. */
export const tally = async (
  world: World,
  ids: Iterable<string>,
): Promise<Partial<Record<MessageState | 'none', number>>> => {
  const counts: Partial<Record<MessageState | 'none', number>> = {};
  for (const id of ids) {
    const state = (await world.during(world.desk.find(id)))?.state ?? 'none';
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
};

/** Ids by how often they arrived. */
export const timesOf = (world: Pick<World, 'arrivals'>): Map<string, number> => {
  const times = new Map<string, number>();
  for (const { id } of world.arrivals) times.set(id, (times.get(id) ?? 0) + 1);
  return times;
};
