import { unpackEntry } from '../../shared/app/packed-entry.ts';
import { isFresh } from '../../shared/core/segment/entry.ts';
import type { Ledger } from '../../shared/core/segment/ledger.ts';
import { EMPTY_LEDGER } from '../../shared/core/segment/ledger.ts';
import { entryIdPrefix, messageIdAt } from '../../shared/core/segment/message-id.ts';
import { parsePartitionKey } from '../../shared/core/segment/segment-key.ts';
import { checkCancelled } from './cancel-checks.ts';
import type { DuplicateCause } from './duplicate-cause.ts';
import { causeOf } from './duplicate-cause.ts';
import type { Arrival, Model } from './model.ts';
import type { Truth } from './truth.ts';
import type { Decided } from './unit-watch.ts';
import type { Weather } from './weather.ts';

/** A message as the logs tell it from its first place to its last. */
export type Fate = {
  readonly id: string;
  readonly tag: string;
  readonly state: string;
  /** Attempts that stand in the logs. */
  readonly attempts: number;
};

export type Verdict = {
  readonly fates: ReadonlyMap<string, Fate>;
  readonly lost: number;
  /** Sent, though nobody was told that they were accepted: the answer of their call was lost. */
  readonly recovered: number;
  readonly duplicates: Record<DuplicateCause, number>;
};

/** Of a world whose messages are not followed one by one. */
export const NOTHING_LOST: Omit<Verdict, 'fates'> = {
  lost: 0,
  recovered: 0,
  duplicates: { crash: 0, freeze: 0, clock: 0, outage: 0, 'answer-lost': 0 },
};

const decoder = new TextDecoder();

type Place = { readonly pk: string; readonly sk: string; readonly index: number };

const placesOf = (truth: Truth, model: Model) => {
  const fresh: { id: string; tag: string; place: Place }[] = [];
  for (const { pk, sk, item, n, fresh: begun, damaged } of truth.entries.values()) {
    // An entry that says so wrongly hides its messages, which then count as never stored.
    if (begun === 0 && !damaged) continue;
    const segment = parsePartitionKey(pk);
    const opened = unpackEntry(item)?.opened;
    if (!segment || !opened) continue;
    const prefix = entryIdPrefix({ segment, sk });
    for (let index = 0; index < n; index += 1) {
      const content = opened.item(index);
      const id = content.id ?? messageIdAt(prefix, index);
      if (damaged) model.damaged.add(id);
      if (!isFresh(content)) continue;
      const text = decoder.decode((content.payload as Uint8Array | undefined)?.subarray(0, 60));
      const tag = /"t":"([^"]*)"/.exec(text)?.[1] ?? `ref ${content.key}`;
      fresh.push({ id, tag, place: { pk, sk, index } });
    }
  }
  return fresh;
};

/** A redrive that died behind its plan, or its entry, leaves a dead letter, which the next redrive finishes. */
const redriven = (truth: Truth, place: Place | undefined): Place | undefined =>
  place && truth.entries.has(`${place.pk}|${place.sk}`) && !truth.isUnfinished(place) ? place : undefined;

const follow = (truth: Truth, id: string, first: Place) => {
  let place: Place | undefined = first;
  let attempts = 0;
  let state = 'lost';
  while (place) {
    const { pk, sk, index }: Place = place;
    const unit = truth.units.get(sk.startsWith('E#') ? pk : `${pk}|${sk}`);
    const decided: Decided | undefined = unit?.decided.get(`${sk}|${index}`);
    if (!truth.entries.has(`${pk}|${sk}`)) state = 'lost';
    else state = decided?.kind ?? 'pending';
    if (decided?.attempted) attempts += 1;
    if (decided?.kind === 'dead' && !truth.letters.has(`${id}|${decided.at}`)) state = 'dead without a letter';
    if (decided?.kind === 'carried') place = decided;
    else place = decided?.kind === 'dead' ? redriven(truth, truth.redrives.get(`${id}|${decided.at}`)) : undefined;
  }
  return { state, attempts };
};

/** What every message came to, by the logs alone. */
const fatesOf = (truth: Truth, model: Model): Map<string, Fate> => {
  return new Map(placesOf(truth, model).map(({ id, tag, place }) => [id, { id, tag, ...follow(truth, id, place) }]));
};

const TERMINAL = new Set(['sent', 'dead', 'cancelled', 'expired', 'unknown']);

const checkLost = (model: Model, fates: ReadonlyMap<string, Fate>): number => {
  let lost = 0;
  for (const { id, tag } of model.accepted.values()) {
    if (model.damaged.has(id)) continue;
    const fate = fates.get(id);
    const state = fate?.state ?? 'never stored';
    const isAnother = fate !== undefined && !fate.tag.startsWith('ref ') && fate.tag !== tag;
    if (TERMINAL.has(state) && !isAnother) continue;
    lost += 1;
    const end = isAnother ? `stored as ${fate.tag}` : `${state} at the end`;
    model.violate('P1', `${id} ${tag} was accepted and is ${end}`, id);
  }
  return lost;
};

/** What the logs say, and what came to the receivers, by id. */
type Found = { readonly fates: ReadonlyMap<string, Fate>; readonly byId: ReadonlyMap<string, Arrival[]> };

/** `sent` only after the receiver acknowledged, and nothing else than `sent` after an acknowledgement. */
const checkStates = (model: Model, weather: Weather, { fates, byId }: Found): void => {
  for (const { id, state, attempts } of fates.values()) {
    const arrivals = byId.get(id) ?? [];
    const acknowledged = arrivals.some(({ acted, answerLost }) => acted && !answerLost);
    if (state === 'sent' && !acknowledged) model.violate('P2', `${id} is sent and no receiver said so`, id);
    if (state === 'cancelled' || state === 'sent') checkCancelled(model, weather, { id, state, attempts, arrivals });
  }
  for (const { id } of model.revoked.values()) {
    const state = fates.get(id)?.state;
    if ((state === 'pending' || state === 'lost') && !model.damaged.has(id))
      model.violate('P1', `${id} was revoked and is ${state}`, id);
  }
};

/**
 * What nobody asked to cancel is not cancelled, unless another message took its place: of the messages of a key, one at
 * least comes to another end, whatever its PUTs were answered.
 */
const checkNotAsked = (model: Model, fates: ReadonlyMap<string, Fate>): void => {
  const standing = new Set<string>();
  for (const { id, tag, state } of fates.values()) {
    if (model.damaged.has(id) || (state !== 'cancelled' && state !== 'void')) standing.add(tag);
  }
  for (const { id, tag } of model.accepted.values()) {
    const key = model.submitted.get(tag)?.key;
    const asked = model.cancelsAsked.has(id) || (key !== undefined && model.cancelsAsked.has(key));
    if (asked || fates.get(id)?.state !== 'cancelled' || standing.has(`ref ${key}`)) continue;
    model.violate('P1', `${id} ${tag} is cancelled, which nobody asked for, and nothing took its place`, id);
  }
};

/** Attempts that no log has need a cause each, in the worker that made them (P3). */
const countDuplicates = (model: Model, weather: Weather, found: Found) => {
  const duplicates: Record<DuplicateCause, number> = { crash: 0, freeze: 0, clock: 0, outage: 0, 'answer-lost': 0 };
  for (const [id, arrivals] of found.byId) {
    const acted = arrivals.filter((arrival) => arrival.acted);
    duplicates['answer-lost'] += Math.min(acted.length - 1, acted.filter(({ answerLost }) => answerLost).length) || 0;
    const submitted = model.submitted.get(arrivals[0]?.tag ?? '');
    if (submitted?.atMostOnce && acted.length > 1) model.violate('P5', `${id} had ${acted.length} effects`, id);
    let extra = arrivals.length - (found.fates.get(id)?.attempts ?? 0);
    for (const arrival of arrivals) {
      const cause = extra > 0 ? causeOf(weather, arrival) : undefined;
      if (!cause) continue;
      duplicates[cause] += 1;
      extra -= 1;
    }
    if (extra > 0 && !model.damaged.has(id))
      model.violate('P3', `${id} had ${extra} more attempts than its logs have, for no reason`, id);
  }
  duplicates['answer-lost'] = Math.max(0, duplicates['answer-lost']);
  return duplicates;
};

const FIELD_OF_STATE: Readonly<Record<string, keyof Ledger>> = {
  sent: 'sent',
  dead: 'dead',
  cancelled: 'cancelled',
  expired: 'expired',
  unknown: 'unknown',
};

/** The settled totals against a count of every message. */
const checkLedger = (model: Model, truth: Truth, fates: ReadonlyMap<string, Fate>): void => {
  const totals = truth.cursor()?.totals;
  if (!totals || model.damaged.size > 0) return;
  const counted: Record<keyof Ledger, number> = { ...EMPTY_LEDGER };
  for (const { state } of fates.values()) {
    const field = FIELD_OF_STATE[state];
    if (!field) continue;
    counted.accepted += 1;
    counted[field] += 1;
  }
  const differs = Object.entries(counted).filter(([field, n]) => totals[field as keyof Ledger] !== n);
  if (differs.length === 0) return;
  const told = differs.map(([field, n]) => `${field} ${totals[field as keyof Ledger]} instead of ${n}`).join(', ');
  model.violate('P1', `the settled ledger does not add up: ${told}`);
};

const countRecovered = (model: Model, byId: ReadonlyMap<string, Arrival[]>): number =>
  [...byId].filter(([id, arrivals]) => !model.accepted.has(id) && arrivals.some(({ acted }) => acted)).length;

/** Everything that can only be judged when all is settled. */
export const judgeEnd = (model: Model, truth: Truth, weather: Weather): Verdict => {
  const fates = fatesOf(truth, model);
  const byId = Map.groupBy(model.arrivals, ({ id }) => id);
  const lost = checkLost(model, fates);
  checkStates(model, weather, { fates, byId });
  checkNotAsked(model, fates);
  const duplicates = countDuplicates(model, weather, { fates, byId });
  checkLedger(model, truth, fates);
  return { fates, lost, recovered: countRecovered(model, byId), duplicates };
};
