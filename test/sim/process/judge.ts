import type { WatermarkRecord } from '../../../shared/app/process/watermark-record.ts';
import { END_OF_TIME, NO_WATERMARK } from '../../../shared/core/process/event-time.ts';
import type { Evidence, Sent } from './program.ts';
import type { ProcessSetUp } from './set-up.ts';

/** The delay of a partition's watermark behind its elements is the definition's, so it is asked for it. */
const watermarkOf = ({ definitions }: ProcessSetUp, process: string, timestamp: number): number =>
  definitions
    .find(({ name }) => name === process)
    ?.watermark.watermark(timestamp, { maxTimestamp: timestamp, watermark: timestamp }) ?? 0;

/** A watermark says as much as its sources were promised, no more than all of them allow, and idle ones do not count. */
const judgeRecord = (world: ProcessSetUp, name: string, record: WatermarkRecord): void => {
  const { model, scene, sources } = world;
  const marks = record.sources.inputs.main?.partitions ?? {};
  const { published } = record.sources;
  for (const { process, partition, timestamp } of sources.shown.values()) {
    if (process !== name || timestamp === Number.NEGATIVE_INFINITY) continue;
    const least = watermarkOf(world, name, timestamp);
    const mark = marks[partition]?.watermark ?? Number.NEGATIVE_INFINITY;
    if (mark < least) model.violate('P15', `${name} ${partition} is at ${mark}, and was shown ${least}`, name);
  }
  const all = Object.values(marks);
  const last = Math.max(...all.map(({ seenAt }) => seenAt));
  const idleAfterMs = world.definitions.find((process) => process.name === name)?.watermark.idleAfterMs;
  // Who fell silent while others went on held nothing back any more.
  const counting = all.filter(({ seenAt }) => !idleAfterMs || scene.on.has('F36') || last - seenAt <= idleAfterMs);
  if (counting.length === 0) return;
  const expected = Math.min(...counting.map(({ watermark }) => watermark));
  if (published < expected)
    model.violate(
      'P15',
      `the watermark of ${name} is ${published}, and all partitions that count are at ${expected} at least`,
      name,
    );
  if (record.firedThrough !== published)
    model.violate('P15', `${name} has fired through ${record.firedThrough} of ${published}`, name);
};

/** What the watermark has reached since it was set has fired, without the end of the input. */
const judgeDue = ({ model, watch, truth }: ProcessSetUp): void => {
  for (const { process, key, snapshot } of truth.keys()) {
    const published = watch.records.get(process)?.sources.published ?? NO_WATERMARK;
    const at = snapshot.event[0]?.at;
    if (at === undefined || at > published || snapshot.watermark >= published) continue;
    const name = `${process}/${key}`;
    model.violate('P15', `${name} has a timer of ${at}, and the watermark has long been ${published}`, name);
  }
};

/** Watermarks and event timers when all sources have been silent for a while. */
export const judgeEventTime = (world: ProcessSetUp): void => {
  for (const [name, record] of world.watch.records) judgeRecord(world, name, record);
  judgeDue(world);
};

/** What every process came to, each against its own model. */
export const judgeProcesses = (world: ProcessSetUp): void => {
  const { programs, model, truth, outlet, deeds, scene } = world;
  const sent = new Map<string, Map<string, Sent>>(programs.map(({ name }) => [name, new Map()]));
  for (const { deed } of deeds) {
    if (deed.kind === 'send') for (const one of deed.sent) sent.get(one.process)?.set(one.draft.id, one);
  }
  const rows = Map.groupBy(outlet.rows(), ({ process }) => process);
  const keys = truth.keys();
  for (const { process, key, snapshot } of keys) {
    const { event, processing, calls, watermark } = snapshot;
    // What a crash kept from being handed on comes behind the end of the input, and its timers are never due.
    const waiting = watermark === END_OF_TIME ? 0 : event.length;
    const left = waiting + processing.length + calls.length;
    if (left > 0) model.violate('P1', `${process}/${key} still has ${left} timers and calls`, `${process}/${key}`);
  }
  // A wave whose pointer a tick is refused comes with the next one.
  // What a commit whose answer was lost left to do waits until its worker may do no more.
  const mild = scene.mild && !scene.on.has('F06') && !scene.on.has('F27');
  const ticksSkipped = scene.on.has('F02');
  const all = programs.map(({ name }): [string, Evidence] => {
    const states = new Map(keys.flatMap(({ process, key, state }) => (process === name ? [[key, state]] : [])));
    const own = { rows: rows.get(name) ?? [], sent: sent.get(name) ?? new Map(), states };
    const reachedAt = (watermark: number) => world.watch.reachedAt(name, watermark);
    return [name, { process: name, ...own, mild, ticksSkipped, reachedAt, violate: model.violate }];
  });
  const evidences = new Map(all);
  for (const [n, [, evidence]] of all.entries()) {
    // A clock that is put right between a call and its commit leaves behind what it said of the call.
    if (!scene.on.has('F36')) checkFuture(evidence);
    programs[n]?.judge(evidence, evidences);
  }
};

/** Nothing is of the future but what was sent as that. */
const checkFuture = ({ rows, sent, violate }: Evidence): void => {
  for (const { target, value } of rows) {
    const id = String(value.id);
    if (target === 'future' && !sent.get(id)?.future) violate('K1', `${id} is not of the future`, id);
  }
};
