import { describe, expect, test } from 'vitest';
import { makeTargets, type TargetSpec } from '../../shared/app/targets.ts';
import type { Target } from '../../shared/core/delivery/target.ts';
import { epochMs, plusMs } from '../../shared/core/time/epoch.ts';
import { type MemoryStoreOptions, makeMemoryStore } from '../../shared/memory/memory-store.ts';
import { makeVirtualClock } from '../../shared/memory/virtual-clock.ts';
import { StoreError } from '../../shared/ports/store-error.ts';

const START = epochMs(Date.UTC(2026, 10, 21));
const HOUR_MS = 3_600_000;

const HOOK: TargetSpec = {
  destination: { kind: 'http', url: 'https://push.example.com/hook' },
  timeoutMs: 10_000,
  retry: { maxAttempts: 3, delaysMs: [1000], jitter: 0 },
  delivery: 'at-least-once',
  headers: {},
};
const LOG: TargetSpec = { ...HOOK, destination: { kind: 'log' } };

const makeWorld = (options: MemoryStoreOptions = {}) => {
  const clock = makeVirtualClock(START);
  const store = makeMemoryStore(options);
  let names = 0;
  const next = () => {
    names += 1;
    return names;
  };
  const deps = {
    store,
    clock,
    nonce: () => `n${next()}`,
    randomBytes: (count: number) => new Uint8Array(count).fill(next()),
  };
  return { clock, store, targets: makeTargets(deps) };
};

const secretsOf = (target: Target | undefined) =>
  target?.destination.kind === 'http' ? target.destination.secrets.map(({ secret }) => secret) : [];

describe('targets', () => {
  test('keep secrets and age when they are replaced', async () => {
    const { targets, clock } = makeWorld();
    const created = await targets.put('push', HOOK);
    await clock.advanceTo(plusMs(START, HOUR_MS));
    const replaced = await targets.put('push', { ...HOOK, timeoutMs: 5000 });
    expect(created).toMatchObject({ created: true, secret: expect.stringMatching(/^whsec_/) });
    expect(replaced).toMatchObject({ created: false, target: { timeoutMs: 5000, createdAt: START } });
    expect(replaced).not.toHaveProperty('secret');
    expect(secretsOf(await targets.find('push'))).toEqual([created.secret]);
  });

  test('get a secret when they turn into http, and lose it when they turn away', async () => {
    const { targets } = makeWorld();
    expect(await targets.put('push', LOG)).not.toHaveProperty('secret');
    const first = await targets.put('push', HOOK);
    await targets.put('push', LOG);
    const second = await targets.put('push', HOOK);
    expect(first.secret).toMatch(/^whsec_/);
    expect(second.secret).not.toBe(first.secret);
    expect(secretsOf(second.target)).toEqual([second.secret]);
  });

  test('P22 sign with old and new secrets for 24 h after each rotation', async () => {
    const { targets, clock } = makeWorld();
    const { secret: a } = await targets.put('push', HOOK);
    const { secret: b, previousUntil } = await targets.rotateSecret('push');
    expect(previousUntil).toBe(plusMs(START, 24 * HOUR_MS));
    await clock.advanceTo(plusMs(START, HOUR_MS));
    const { secret: c } = await targets.rotateSecret('push');
    expect((await targets.find('push'))?.destination).toMatchObject({
      secrets: [
        { secret: c },
        { secret: b, until: plusMs(START, 25 * HOUR_MS) },
        { secret: a, until: plusMs(START, 24 * HOUR_MS) },
      ],
    });
    await clock.advanceTo(plusMs(START, 24 * HOUR_MS));
    const { secret: d } = await targets.rotateSecret('push');
    expect(secretsOf(await targets.find('push'))).toEqual([d, c, b]);
  });

  test('refuse a rotation while four secrets count: each is a signature in every request', async () => {
    const { targets, clock } = makeWorld();
    await targets.put('push', HOOK);
    for (let n = 0; n < 3; n += 1) await targets.rotateSecret('push');
    await expect(targets.rotateSecret('push')).rejects.toMatchObject({ status: 409, code: 'TOO_MANY_SECRETS' });
    await clock.advanceTo(plusMs(START, 24 * HOUR_MS));
    await targets.rotateSecret('push');
    expect(secretsOf(await targets.find('push'))).toHaveLength(2);
  });

  test('F27 know their own write when its answer was lost', async () => {
    let lost = 0;
    const { targets } = makeWorld({
      hook: (phase, call) => {
        if (phase === 'after' && call === 'put' && lost < 2) {
          lost += 1;
          throw new StoreError('UNKNOWN', 'the answer was lost');
        }
      },
    });
    const created = await targets.put('push', HOOK);
    expect(created.created).toBe(true);
    expect(secretsOf(await targets.find('push'))).toEqual([created.secret]);
    const { secret } = await targets.rotateSecret('push');
    expect(secretsOf(await targets.find('push'))).toEqual([secret, created.secret]);
    expect(lost).toBe(2);
  });

  test('write again where the lost write never happened', async () => {
    let lost = false;
    const { targets } = makeWorld({
      hook: (phase, call) => {
        if (phase === 'before' && call === 'put' && !lost) {
          lost = true;
          throw new StoreError('UNKNOWN', 'nobody knows');
        }
      },
    });
    const { created, secret } = await targets.put('push', HOOK);
    expect(created).toBe(true);
    expect(secretsOf(await targets.find('push'))).toEqual([secret]);
  });

  test('lose no rotation to a race', async () => {
    const { targets } = makeWorld({ hook: () => Promise.resolve() });
    const { secret } = await targets.put('push', HOOK);
    const rotations = await Promise.all([
      targets.rotateSecret('push'),
      targets.rotateSecret('push'),
      targets.put('push', { ...HOOK, timeoutMs: 1 }),
    ]);
    const found = await targets.find('push');
    expect(found?.timeoutMs).toBe(1);
    const rotated = rotations.slice(0, 2).map((rotation) => (rotation as { secret: string }).secret);
    expect(secretsOf(found).sort()).toEqual([secret, ...rotated].sort());
  });

  test('say so where others never stop', async () => {
    const { store, targets } = makeWorld({
      hook: async (phase, call) => {
        if (phase === 'before' && call === 'put') meddle();
      },
    });
    let meddling = false;
    const meddle = () => {
      if (meddling) return;
      meddling = true;
      void store
        .putMany([{ table: 'control', pk: 'targets', sk: 'push', version: Math.random(), doc: '{}' }])
        .finally(() => {
          meddling = false;
        });
    };
    await expect(targets.put('push', HOOK)).rejects.toMatchObject({ status: 503, code: 'TARGET_BUSY' });
  });

  test('F51 count as absent where what is stored cannot be read, and can be put again', async () => {
    const { store, targets } = makeWorld();
    const docs = ['', '{', 'null', '{"form":2}', '{"form":1,"target":{"name":"other","destination":{"kind":"log"}}}'];
    for (const doc of docs) {
      await store.putMany([{ table: 'control', pk: 'targets', sk: 'push', version: 7, doc }]);
      expect(await targets.find('push')).toBeUndefined();
      expect((await targets.list({ limit: 10 })).items).toEqual([]);
      expect(await targets.put('push', HOOK)).toMatchObject({ created: false, secret: expect.any(String) });
      expect(await targets.find('push')).toBeDefined();
    }
  });

  test.each([0, 1, 3])('F31 are listed whatever the pages of the store (%i items)', async (pageItems) => {
    let call = 0;
    const { targets } = makeWorld({
      pageItems: () => {
        call += 1;
        return call % 2 === 0 ? Math.max(1, pageItems) : pageItems;
      },
    });
    for (const name of ['b', 'a', 'd', 'c']) await targets.put(name, LOG);
    const first = await targets.list({ limit: 3 });
    expect(first.items.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(first.next).toBe('c');
    expect((await targets.list({ limit: 3, after: 'c' })).items.map(({ name }) => name)).toEqual(['d']);
    expect((await targets.list({ limit: 4 })).next).toBeNull();
  });

  test('are removed once', async () => {
    const { targets } = makeWorld();
    await targets.put('push', LOG);
    expect([await targets.remove('push'), await targets.remove('push')]).toEqual([true, false]);
    await expect(targets.rotateSecret('push')).rejects.toMatchObject({ status: 404 });
  });
});
