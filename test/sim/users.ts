import { makeDeadLetterDesk } from '../../shared/app/make-dead-letter-desk.ts';
import { makeMessageDesk } from '../../shared/app/make-message-desk.ts';
import type { MessageDesk } from '../../shared/app/message-desk.ts';
import type { NewMessage } from '../../shared/core/message/new-message.ts';
import { parseMessageId } from '../../shared/core/segment/message-id.ts';
import { partitionKey } from '../../shared/core/segment/segment-key.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import type { Actor } from './actor.ts';
import { resolveLocalWish } from './clock-change.ts';
import type { Dice } from './dice.ts';
import type { Model } from './model.ts';
import type { Process, Processes, ProcessWorld } from './process.ts';
import type { Deed, PlannedDeed, When, Wish } from './user-plan.ts';
import { makeWire } from './wire.ts';

type Api = {
  readonly process: Process;
  readonly desk: MessageDesk;
  readonly redrive: (target: string) => Promise<unknown>;
};

export type UserWorld = ProcessWorld & { readonly processes: Processes; readonly model: Model; readonly dice: Dice };

const MINUTE_MS = 60_000;
const SOON_MS = 1_500;

/** More characters than this make a payload large, and more messages a call a part of a herd. */
const LARGE = 1_000;
const HERD = 20;

/** With so many characters an id ends that say which item of its entry it is. */
const INDEX_CHARS = 2;

const instantOf = (when: When, acceptedAt: number): number => {
  if (!('at' in when)) return acceptedAt + when.afterMs;
  return when.told ? resolveLocalWish(when.told) : when.at;
};

const toMessage = (wish: Wish, acceptedAt: number): NewMessage => ({
  target: wish.target,
  dueAt: epochMs(instantOf(wish.when, acceptedAt)),
  payload: wish.payload,
  ...(wish.notAfter === undefined ? {} : { notAfter: epochMs(wish.notAfter) }),
});

const wishesOf = (deed: Deed): readonly Wish[] => {
  if (deed.kind === 'put') return [deed.wish];
  return deed.kind === 'bulk' ? [...deed.wishes, ...(deed.twin ?? [])] : [];
};

/** Runs a bulk as the API does. */
const runBulk = async (desk: MessageDesk, name: string, wishes: readonly Wish[]) => {
  const intake = await desk.openIntake({ idempotencyKey: name, keepReceipts: true });
  try {
    for (const wish of wishes) {
      const room = intake.add(toMessage(wish, intake.acceptedAt));
      if (room) await room;
    }
    return await intake.finish(wishes.map(({ tag }) => tag).join());
  } catch (error) {
    await intake.abandon().catch(() => undefined);
    throw error;
  }
};

export const makeUsers = (world: UserWorld, deeds: readonly PlannedDeed[]) => {
  const { timeline, weather, model } = world;
  let open = deeds.length;

  const startApi = (): Api => {
    const process = world.processes.start('api');
    const letters = makeDeadLetterDesk(process.engine);
    return { process, desk: makeMessageDesk(process.engine), redrive: (target) => letters.redrive({ target }) };
  };

  const { call, withTries } = makeWire(world, startApi);

  /** Ids of one entry begin alike, and come one after the other. */
  let lastEntry = '';
  const noteEntry = (id: string): void => {
    const entry = id.slice(0, -INDEX_CHARS);
    if (entry === lastEntry) return;
    lastEntry = entry;
    const address = parseMessageId(id);
    if (address) model.acceptedEntries.add(`${partitionKey(address.segment)}|${address.sk}`);
  };

  const accept = (id: string, tag: string, dueAt: number): void => {
    const known = model.accepted.get(id);
    if (known && known.tag !== tag) model.violate('P4', `${id} was given for ${known.tag} and for ${tag}`, id);
    if (known) return;
    model.accepted.set(id, { id, tag, dueAt, at: timeline.now() });
    noteEntry(id);
  };

  const bulk = async (name: string, wishes: readonly Wish[]): Promise<void> => {
    for (const wish of wishes) model.submitted.set(wish.tag, wish);
    const receipts = await withTries(name, (api) => call(api, name, () => runBulk(api.desk, name, wishes)));
    if (!receipts) return;
    if (receipts.accepted !== wishes.length)
      model.violate('P1', `${name} of ${wishes.length} accepted ${receipts.accepted}`);
    for (const [n, wish] of wishes.entries()) accept(receipts.ids[n] ?? '', wish.tag, receipts.dueAt[n] ?? 0);
  };

  const revoke = (id: string, how: 'cancelled' | 'replaced', api: Actor): void => {
    const at = timeline.now();
    const dueAt = model.accepted.get(id)?.dueAt ?? 0;
    if (!model.revoked.has(id)) model.revoked.set(id, { id, at, dueAt, how, offsetMs: api.offset() });
  };

  /** The message of each key that was acknowledged last. */
  const ofKey = new Map<string, string>();

  const put = async (key: string, wish: Wish): Promise<void> => {
    model.submitted.set(wish.tag, wish);
    const firstAsked = timeline.now();
    const before = ofKey.get(key);
    let api: Api | undefined;
    const receipt = await withTries(`put ${wish.tag}`, (chosen) => {
      api = chosen;
      return call(chosen, `put ${wish.tag}`, () => chosen.desk.putKeyed(key, toMessage(wish, firstAsked)));
    });
    if (!receipt || !api) return;
    accept(receipt.view.id, wish.tag, receipt.view.dueAt);
    if (receipt.replaced && before !== undefined && ofKey.get(key) === before)
      revoke(before, 'replaced', api.process.actor);
    ofKey.set(key, receipt.view.id);
  };

  const cancel = async (keyOrId: string): Promise<void> => {
    model.cancelsAsked.add(keyOrId);
    let api: Api | undefined;
    const view = await withTries(`cancel ${keyOrId}`, (chosen) => {
      api = chosen;
      return call(chosen, `cancel ${keyOrId}`, () => chosen.desk.cancel(keyOrId));
    });
    if (!view || !api) return;
    if (view.state !== 'cancelled') model.violate('P9', `cancel answered ${view.state}`, view.id);
    else revoke(view.id, 'cancelled', api.process.actor);
  };

  /** A message of a bulk: one that comes due within the minute, or any. */
  const cancelSome = async ({ pick, soon }: Deed & { kind: 'cancel-id' }): Promise<void> => {
    const now = timeline.now();
    const bulks = [...model.accepted.values()].filter(({ tag, dueAt }) => {
      const isSoon = dueAt > now + SOON_MS && dueAt < now + MINUTE_MS;
      return tag.startsWith('bulk') && (!soon || isSoon);
    });
    const chosen = bulks[Math.floor(pick * bulks.length)];
    if (chosen) await cancel(chosen.id);
  };

  /** What a local time means does not hang on who asks, and how often (P18). */
  const checkTold = ({ tag, when }: Wish): void => {
    if (!('at' in when) || !when.told) return;
    weather.note('F38');
    const at = resolveLocalWish(when.told);
    if (at !== when.at) model.violate('P18', `${tag} at ${when.told.local} is due at ${at} instead of ${when.at}`);
  };

  const noteDeed = (deed: Deed): void => {
    for (const wish of wishesOf(deed)) checkTold(wish);
    if (deed.kind === 'bulk' && deed.twin) weather.note('F43');
    if (deed.kind === 'bulk' && deed.wishes.some(({ payload }) => payload.length > LARGE)) weather.note('F32');
    if (deed.kind === 'cancel-id' || deed.kind === 'cancel-key') weather.strikes('F45', 1);
    if (deed.kind === 'bulk' && deed.wishes.length > HERD) weather.strikes('F46', 1);
    if (deed.kind === 'put' && timeline.now() > weather.calmFrom) weather.note('F35');
  };

  const act = async (deed: Deed): Promise<void> => {
    noteDeed(deed);
    if (deed.kind === 'bulk')
      await Promise.all([bulk(deed.name, deed.wishes), ...(deed.twin ? [bulk(deed.name, deed.twin)] : [])]);
    else if (deed.kind === 'put') await put(deed.key, deed.wish);
    else if (deed.kind === 'cancel-key') await cancel(deed.key);
    else if (deed.kind === 'cancel-id') await cancelSome(deed);
    else await withTries('redrive', (api) => call(api, 'redrive', () => api.redrive(deed.target)));
  };

  for (const { at, deed } of deeds) {
    timeline.at(at, () => {
      void act(deed).finally(() => {
        open -= 1;
      });
    });
  }
  /** Deeds that are not over yet. */
  return { open: () => open };
};
