import type { LocalWish } from './clock-change.ts';
import { localWishFor } from './clock-change.ts';
import type { Dice } from './dice.ts';
import type { Submitted } from './model.ts';
import type { Scene } from './scene.ts';
import { planOutages } from './weather.ts';

const MINUTE_MS = 60_000;

/** When a message is to come: at an instant, which may be told as a local time, or so long after the call is accepted. */
export type When = { readonly at: number; readonly told?: LocalWish } | { readonly afterMs: number };

export type Wish = Submitted & { readonly when: When };

/** What a user does; `twin` says that the same is asked for twice at once. */
export type Deed =
  | { readonly kind: 'bulk'; readonly name: string; readonly wishes: readonly Wish[]; readonly twin?: readonly Wish[] }
  | { readonly kind: 'put'; readonly key: string; readonly wish: Wish }
  | { readonly kind: 'cancel-key'; readonly key: string }
  /** Cancels what an earlier bulk made; `pick` in [0, 1) says which. */
  | { readonly kind: 'cancel-id'; readonly pick: number; readonly soon: boolean }
  | { readonly kind: 'redrive'; readonly target: string };

export type PlannedDeed = { readonly at: number; readonly deed: Deed };

export const TARGETS = ['push', 'slow', 'flaky', 'once', 'paced', 'busy', 'gone'] as const;

/** Keys that are put again when all that was stored of them has expired (F35). */
export const REUSED_KEYS = 5;

const MESSAGES = 385;

/** The share of a call's messages that come at the instant of the one before, as in a campaign. */
const SAME_INSTANT = 0.86;

const LARGE_CHARS = 65_000;

/**
 * Instants that many messages share, so that there is something to be late for: what a call before an outage stores
 * after it belongs into segments which others have filled, and which are worked off meanwhile.
 */
const popularInstants = (dice: Dice, scene: Scene): readonly number[] =>
  planOutages(scene).map(({ from }) => Math.ceil(from / MINUTE_MS + 5) * MINUTE_MS + dice.int(0, 30_000));

/** Instants where engines break: around minutes, around the close five minutes before, now, soon, and anywhere. */
const makeWhen = (dice: Dice, scene: Scene, at: number): When => {
  const boundary = Math.ceil((at + dice.int(0, 12) * MINUTE_MS) / MINUTE_MS) * MINUTE_MS;
  switch (dice.int(0, 6)) {
    case 0:
      return { afterMs: dice.pick([dice.int(0, 3_000), dice.int(0, 30_000)]) };
    case 1:
      return { at: at - dice.int(0, 60_000) };
    case 2:
      return { at: boundary + dice.int(-3, 3) };
    case 3:
      return { at: at + 5 * MINUTE_MS + dice.int(-3_000, 3_000) };
    case 4:
      return { afterMs: dice.int(0, 10 * MINUTE_MS) };
    default:
      return { at: scene.start + dice.int(5, 18) * MINUTE_MS };
  }
};

export const makeDeeds = (scene: Scene): PlannedDeed[] => {
  const dice = scene.dice.fork('users');
  const deeds: PlannedDeed[] = [];
  const span = scene.calmFrom - scene.start;
  const anyTime = (): number => scene.start + 1_000 + dice.int(0, span);
  const herdAt = scene.start + dice.int(6, 14) * MINUTE_MS;
  let made = 0;

  const popular = popularInstants(dice, scene);
  const sharedWhen = (key: string | undefined): When | undefined => {
    if (key !== undefined) return undefined;
    if (scene.on.has('F46') && dice.chance(0.5)) return { at: herdAt };
    const [first] = popular;
    return first !== undefined && dice.chance(0.25) ? { at: dice.pick([first, ...popular]) } : undefined;
  };

  /** Half of the instants of a world whose clocks are set are local times to those who ask for them. */
  const toldWhen = (when: When): When => {
    if (!('at' in when) || !scene.on.has('F38') || dice.chance(0.5)) return when;
    const told = localWishFor(when.at, dice);
    return told ? { ...when, told } : when;
  };

  const wish = (at: number, target: string, key?: string, like?: Wish): Wish => {
    made += 1;
    const tag = `${key ?? 'bulk'}.${made}`;
    const pad = scene.on.has('F32') && dice.chance(0.05) ? 'x'.repeat(LARGE_CHARS) : '';
    const when = like?.when ?? toldWhen(sharedWhen(key) ?? makeWhen(dice, scene, at));
    const notAfter = dice.chance(0.1) ? ('at' in when ? when.at : at + when.afterMs) + dice.int(0, 120_000) : undefined;
    return {
      tag,
      payload: `{"t":"${tag}"${pad === '' ? '' : `,"pad":"${pad}"`}}`,
      target,
      when,
      atMostOnce: target === 'once',
      ...(key === undefined ? {} : { key }),
      ...(notAfter === undefined ? {} : { notAfter }),
    };
  };

  const targetFor = (): string => {
    const chance = dice.next();
    if (chance < 0.4) return 'push';
    if (chance < 0.5) return 'paced';
    return chance < 0.52 ? 'nobody' : dice.pick(TARGETS);
  };

  /** Some calls come right before an outage or the end of a minute, so that what they store ends long after. */
  const callTimes = planOutages(scene).map(({ from }) => from);
  const bulkTime = (): number => {
    const at = callTimes.pop() ?? anyTime();
    if (!dice.chance(0.4)) return at - dice.int(5, 60);
    return Math.ceil(at / MINUTE_MS) * MINUTE_MS - dice.int(0, 2_000);
  };

  /** Other messages in the same number at the same instants, which is as near as two bodies come to each other. */
  const anotherBody = (at: number, wishes: readonly Wish[]): Wish[] =>
    wishes.map(({ target }) => dueNow(wish(at, target)));

  const planBulk = (left: number): number => {
    const at = bulkTime();
    const size = Math.min(left, dice.chance(0.4) ? dice.int(30, 125) : dice.int(1, 15));
    const wishes: Wish[] = [];
    while (wishes.length < size) {
      const like = dice.chance(SAME_INSTANT) ? wishes.at(-1) : undefined;
      wishes.push(wish(at, targetFor(), undefined, like));
    }
    const racing = scene.on.has('F43') && dice.chance(0.4);
    const name = `bulk-${deeds.length}`;
    if (!racing) deeds.push({ at, deed: { kind: 'bulk', name, wishes } });
    else if (dice.chance(0.5)) deeds.push({ at, deed: { kind: 'bulk', name, wishes, twin: wishes } });
    else deeds.push({ at, deed: { kind: 'bulk', name, wishes: wishes.map(dueNow), twin: anotherBody(at, wishes) } });
    return size;
  };

  const planKey = (key: string): number => {
    let at = anyTime();
    const changes = scene.on.has('F45') ? dice.int(1, 6) : dice.int(1, 2);
    let puts = 0;
    let dueAt = at;
    for (let n = 0; n < changes; n += 1) {
      if (n === 0 || dice.chance(0.6)) {
        const wished = wish(at, targetFor(), key);
        dueAt = 'at' in wished.when ? wished.when.at : at + wished.when.afterMs;
        puts += 1;
        deeds.push({ at, deed: { kind: 'put', key, wish: wished } });
      } else deeds.push({ at, deed: { kind: 'cancel-key', key } });
      // Most races are around the two seconds before the message is due.
      const close = dueAt - dice.int(1_500, 5_000);
      at = close > at && dice.chance(0.5) ? close : at + dice.int(0, 2 * MINUTE_MS);
    }
    return puts;
  };

  let left = MESSAGES;
  while (left > 50) left -= planBulk(left);
  for (let n = 0; left > 0; n += 1) left -= planKey(`key-${n}`);
  const cancels = scene.on.has('F45') ? 60 : 5;
  for (let n = 0; n < cancels; n += 1) {
    const at = anyTime() + dice.int(0, 5 * MINUTE_MS);
    deeds.push({ at, deed: { kind: 'cancel-id', pick: dice.next(), soon: dice.chance(0.8) } });
  }
  for (const target of ['flaky', 'gone', 'push']) deeds.push({ at: anyTime(), deed: { kind: 'redrive', target } });
  if (scene.on.has('F35')) planReuse(scene, dice, { deeds, wish });
  return deeds.sort((a, b) => a.at - b.at);
};

const dueNow = (wish: Wish): Wish => ({ ...wish, when: { afterMs: 0 } });

type Plan = { readonly deeds: PlannedDeed[]; readonly wish: (at: number, target: string, key?: string) => Wish };

/** Keys that come back after all that was stored of them has expired. */
const planReuse = (scene: Scene, dice: Dice, { deeds, wish }: Plan): void => {
  for (let n = 0; n < REUSED_KEYS; n += 1) {
    const key = `key-${n}`;
    const at = scene.returnAt + dice.int(0, 20) * MINUTE_MS;
    deeds.push({ at, deed: { kind: 'put', key, wish: wish(at, 'push', key) } });
  }
};
