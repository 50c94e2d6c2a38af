import type { Destination, SigningSecret, Target } from '../core/delivery/target.ts';
import { pairMemo } from '../core/pair-memo.ts';
import { Problem } from '../core/problem.ts';
import { type EpochMs, plusMs } from '../core/time/epoch.ts';
import type { Clock } from '../ports/clock.ts';
import type { Item, ItemStore } from '../ports/item-store.ts';
import { StoreError } from '../ports/store-error.ts';
import {
  namesBehind,
  parseTargetItem,
  secretsAt,
  type TargetRecord,
  targetKey,
  toTargetItem,
} from './target-record.ts';
import type { TargetReader } from './target-registry.ts';

/** Where messages go, as a user says it: secrets are ours to make. */
export type DestinationSpec = { readonly kind: 'http'; readonly url: string } | Exclude<Destination, { kind: 'http' }>;

/** What a user says about a target. */
export type TargetSpec = Omit<Target, 'name' | 'createdAt' | 'destination'> & { readonly destination: DestinationSpec };

/** `secret` is set where a new one was made: it is shown now and never again. */
export type TargetReceipt = { readonly target: Target; readonly created: boolean; readonly secret?: string };

export type Rotation = { readonly secret: string; readonly previousUntil: EpochMs };

/** The use cases of targets; all throw `Problem` and `StoreError`. */
export type Targets = TargetReader & {
  put(name: string, spec: TargetSpec): Promise<TargetReceipt>;
  /** In the order of names; `after` is the last name of the page before. */
  list(request: {
    limit: number;
    after?: string;
  }): Promise<{ readonly items: readonly Target[]; readonly next: string | null }>;
  /** False where there was none. */
  remove(name: string): Promise<boolean>;
  /** Signs with a new secret from now on, and with the old ones as well for 24 h. 404, 409. */
  rotateSecret(name: string): Promise<Rotation>;
};

export type TargetsDeps = {
  readonly store: ItemStore;
  readonly clock: Clock;
  /** So many bytes from a source that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** A new unguessable name at every call. */
  readonly nonce: () => string;
};

/** Standard Webhooks asks for 24 to 64. */
const SECRET_BYTES = 32;
const OVERLAP_MS = 24 * 60 * 60 * 1000;
/** Each one is a signature in every request. */
const MAX_SECRETS = 4;
const MAX_TRIES = 8;

/** Texts of targets that were opened last. */
const OPENED_TARGETS = 1_000;

/** Targets are read again every few seconds and hardly ever change: the same text is opened once. */
const makeOpener = () =>
  pairMemo(OPENED_TARGETS, (sk: string, doc: string) => parseTargetItem({ ...targetKey(sk), version: 0, doc })?.target);

export const makeTargets = (deps: TargetsDeps): Targets => {
  const open = makeOpener();
  return {
    find: async (name) => (await read(deps.store, name)).record?.target,
    findMany: async (names) => {
      const stored = await deps.store.getMany(names.map(targetKey));
      const targets = stored.flatMap(({ sk, doc }) => (doc === undefined ? undefined : open(sk, doc)) ?? []);
      return new Map(targets.map((target) => [target.name, target]));
    },
    put: (name, spec) => putTarget(deps, name, spec),
    list: (request) => listTargets(deps.store, request),
    remove: async (name) => {
      const { item } = await read(deps.store, name);
      if (item !== undefined) await deps.store.remove(targetKey(name), 'any');
      return item !== undefined;
    },
    rotateSecret: (name) => rotateSecret(deps, name),
  };
};

const newSecret = (deps: TargetsDeps): string =>
  `whsec_${Buffer.from(deps.randomBytes(SECRET_BYTES)).toString('base64')}`;

async function read(store: ItemStore, name: string): Promise<{ item?: Item; record?: TargetRecord }> {
  const item = await store.get(targetKey(name));
  if (item === undefined) return {};
  const record = parseTargetItem(item);
  return record === undefined ? { item } : { item, record };
}

/**
 * Replaces the stored target by what `decide` makes of it, one writer after the other. A write whose answer was lost,
 * or that the client beneath tried twice, is recognised by its nonce.
 */
async function change<T extends { readonly target: Target }>(
  deps: TargetsDeps,
  name: string,
  decide: (current: Target | undefined, exists: boolean) => T,
): Promise<T> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const { item, record } = await read(deps.store, name);
    const next = decide(record?.target, item !== undefined);
    const nonce = deps.nonce();
    const stored = await writeOnce(
      deps.store,
      toTargetItem({ target: next.target, nonce }, (item?.version ?? 0) + 1),
      item,
    );
    if (stored || (await read(deps.store, name)).record?.nonce === nonce) return next;
  }
  const detail = `Others keep changing the target ${name} at the same time; try again.`;
  throw new Problem(503, 'TARGET_BUSY', detail, { headers: { 'retry-after': '1' } });
}

/** False where the write lost a race or its fate is unknown. */
async function writeOnce(store: ItemStore, item: Item, before: Item | undefined): Promise<boolean> {
  try {
    return (await store.put(item, before?.version ?? 'absent')) === 'stored';
  } catch (error) {
    if (error instanceof StoreError && error.code === 'UNKNOWN') return false;
    throw error;
  }
}

function putTarget(deps: TargetsDeps, name: string, spec: TargetSpec): Promise<TargetReceipt> {
  return change(deps, name, (current, exists) => {
    const now = deps.clock.now();
    const kept = secretsAt(current?.destination, now);
    const secret = spec.destination.kind === 'http' && kept.length === 0 ? newSecret(deps) : undefined;
    const secrets: readonly SigningSecret[] = secret === undefined ? kept : [{ secret }];
    const destination = spec.destination.kind === 'http' ? { ...spec.destination, secrets } : spec.destination;
    const target: Target = { ...spec, destination, name, createdAt: current?.createdAt ?? now };
    return { target, created: !exists, ...(secret !== undefined && { secret }) };
  });
}

async function rotateSecret(deps: TargetsDeps, name: string): Promise<Rotation> {
  const { secret, previousUntil } = await change(deps, name, (current) => {
    if (current === undefined) throw new Problem(404, 'NOT_FOUND', `There is no target ${name}.`);
    const { destination } = current;
    if (destination.kind !== 'http') {
      throw new Problem(
        409,
        'NO_SIGNING_SECRET',
        `The target ${name} is of kind ${destination.kind}; only http is signed.`,
      );
    }
    const now = deps.clock.now();
    const previousUntil = plusMs(now, OVERLAP_MS);
    const kept = secretsAt(destination, now);
    if (kept.length >= MAX_SECRETS) {
      const detail = `${kept.length} secrets of the target ${name} are valid; wait until one of them ends.`;
      throw new Problem(409, 'TOO_MANY_SECRETS', detail);
    }
    const secret = newSecret(deps);
    const ending = kept.map((old) => ({ secret: old.secret, until: old.until ?? previousUntil }));
    const target: Target = { ...current, destination: { ...destination, secrets: [{ secret }, ...ending] } };
    return { target, secret, previousUntil };
  });
  return { secret, previousUntil };
}

async function listTargets(
  store: ItemStore,
  { limit, after }: { limit: number; after?: string },
): Promise<{ items: Target[]; next: string | null }> {
  const items: Target[] = [];
  let page: string | undefined;
  do {
    const found = await store.query({
      ...namesBehind(after),
      limit: limit + 1 - items.length,
      ...(page !== undefined && { after: page }),
    });
    items.push(...found.items.flatMap((item) => parseTargetItem(item)?.target ?? []));
    page = found.next;
  } while (page !== undefined && items.length <= limit);
  const shown = items.slice(0, limit);
  return { items: shown, next: items.length > limit ? (shown.at(-1)?.name ?? null) : null };
}
