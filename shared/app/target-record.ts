import type { Destination, SigningSecret, Target } from '../core/delivery/target.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import type { Item, ItemKey } from '../ports/item-store.ts';
import { readSealed, sealJson } from './sealed-text.ts';

/** A target as it is stored. The nonce tells its writer, after an answer was lost, whose write is there. */
export type TargetRecord = { readonly target: Target; readonly nonce: string };

/** Sealed: a flipped bit of a URL would send messages to somebody else. */
type StoredTarget = TargetRecord & { readonly form: number };

const FORM = 1;
const TABLE = 'control';
const PARTITION = 'targets';

export const targetKey = (name: string): ItemKey => ({ table: TABLE, pk: PARTITION, sk: name });

/** All names behind `after`, in order: ids hold no character below `-` or above `z`. */
export const namesBehind = (after = '') => ({ table: TABLE, pk: PARTITION, from: `${after} `, to: '~' }) as const;

export const toTargetItem = ({ target, nonce }: TargetRecord, version: number): Item => ({
  ...targetKey(target.name),
  version,
  doc: sealJson(targetKey(target.name), { form: FORM, nonce, target } satisfies StoredTarget),
});

/** Reads a stored target; `undefined` where it is damaged or of a later form (F51). */
export const parseTargetItem = (item: Item): TargetRecord | undefined => {
  const stored = readSealed<StoredTarget>(item);
  return stored?.form === FORM && stored.target.name === item.sk
    ? { nonce: stored.nonce, target: stored.target }
    : undefined;
};

/** The secrets of a target that still count at `now`, the newest first; none where its kind has none. */
export const secretsAt = (destination: Destination | undefined, now: EpochMs): readonly SigningSecret[] =>
  destination?.kind === 'http' ? destination.secrets.filter(({ until }) => until === undefined || until > now) : [];
