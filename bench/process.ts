import { postElements } from './client.ts';
import { makeMemoryDesk } from './memory-desk.ts';
import { batchesOf, elementOf, PROCESSES_FILE, total } from './process-loads.ts';
import { type Bench, type Context, median } from './result.ts';
import { type RuntimeChild, withRuntime } from './runtime-child.ts';
import { unitsOf } from './write-units.ts';

/** The code of a function is compiled for speed only when it has run for some seconds. */
const WARMING_RUNS = 2;
const RUNS = 5;
const BATCH = 10_000;
const AT_ONCE = 4;
const MANY_KEYS = 1_000;
/** Of the elements in memory; the embedded engine is that much slower. */
const EMBEDDED_SHARE = 0.1;

type Load = { readonly n: number; readonly keys: number };

/** Feeds `n` elements, some batches at once, and gives how many were committed a second. */
const rateOf = async ({ n, keys }: Load, feed: (batch: readonly ReturnType<typeof elementOf>[]) => Promise<void>) => {
  const from = Date.now() - n;
  const batches = Array.from(batchesOf(n, BATCH), (ks) => ks.map((k) => elementOf(k, { keys, from }))).values();
  const start = performance.now();
  const feeder = async (): Promise<void> => {
    for (const batch of batches) await feed(batch);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, feeder));
  return Math.round((n * 1000) / (performance.now() - start));
};

const memoryRate = (load: Load): Promise<number> => {
  const desk = makeMemoryDesk([total]);
  return rateOf(load, async (batch) => {
    const fates = await desk.submit(total, batch, 'http');
    if (fates.some(({ kind }) => kind !== 'accepted')) throw new Error('An element was not accepted.');
  });
};

const inMemory = async (n: number, { progress }: Context) => {
  const figures: Record<string, number> = {};
  for (const [name, keys] of [
    ['memoryHotKey', 1],
    ['memoryManyKeys', MANY_KEYS],
  ] as const) {
    const runs: number[] = [];
    for (let run = 0; run < WARMING_RUNS + RUNS; run += 1) runs.push(await memoryRate({ n, keys }));
    figures[name] = median(runs.slice(WARMING_RUNS));
    const listed = runs.map((perSecond) => perSecond.toLocaleString('en')).join(', ');
    progress(`${name}: ${listed} a second, the first ${WARMING_RUNS} while warming up`);
  }
  return figures;
};

const lineOf = ({ timestamp, ...element }: ReturnType<typeof elementOf>): string =>
  JSON.stringify({ ...element, timestamp: new Date(timestamp ?? 0).toISOString() });

const ON_EMBEDDED = [
  ['embeddedHotKey', 'hot', 1],
  ['embeddedManyKeys', 'many', MANY_KEYS],
] as const;

const embedded = async (n: number, runtime: RuntimeChild, { progress }: Context) => {
  const figures: Record<string, number> = {};
  for (const [name, prefix, keys] of ON_EMBEDDED) {
    const units = await unitsOf(runtime, async () => {
      figures[name] = await rateOf({ n, keys }, async (batch) => {
        const lines = batch.map((one) => lineOf({ ...one, key: `${prefix}-${one.key}` }));
        await postElements(runtime.url, 'total', lines);
      });
    });
    figures[`${name}Units`] = Number((units / n).toFixed(4));
    progress(`${name}: ${figures[name]} a second, ${figures[`${name}Units`]} write units each`);
  }
  const timers = Array.from({ length: MANY_KEYS }, (_, k) =>
    JSON.stringify({ key: `timer-${k}`, id: `evt-${k}`, value: { inMs: 3 * 3_600_000 } }),
  );
  const units = await unitsOf(runtime, () => postElements(runtime.url, 'remind', timers));
  figures.timerUnits = Number((units / MANY_KEYS).toFixed(3));
  progress(`${MANY_KEYS} keys that each set a timer: ${figures.timerUnits} write units each`);
  return figures;
};

const MUST_PER_SECOND = 150_000;

/** Elements through the real shell: on the memory adapters in this process, and over http on the embedded engine. */
export const processBench: Bench = {
  name: 'process',
  what: `process functions with storage: elements a second in calls of ${BATCH}, and their write units`,
  n: [300_000],
  run: async (n, context) => ({
    ...(await inMemory(n, context)),
    ...(await withRuntime((runtime) => embedded(n * EMBEDDED_SHARE, runtime, context), {
      measured: true,
      processes: PROCESSES_FILE,
      nodeFlags: context.nodeFlags,
    })),
  }),
  judge: ([result]) => [
    ...(['memoryHotKey', 'memoryManyKeys'] as const).map((name) => {
      const figure = Number(result?.[name]);
      const measured = figure.toLocaleString('en');
      return { must: `${name} ≥ 150,000/s`, aim: '', measured, met: figure >= MUST_PER_SECOND };
    }),
    ...(
      [
        ['embeddedHotKeyUnits', 0.05, 'write units an element of one hot key'],
        ['timerUnits', 1.1, 'for each of a thousand keys that set a timer'],
      ] as const
    ).map(([name, must, what]) => {
      const figure = Number(result?.[name]);
      return { must: `≤ ${must} ${what}`, aim: '', measured: String(figure), met: figure <= must };
    }),
  ],
};
