import { StoreError } from '../../ports/store-error.ts';
import { buryRecord, isLasting, reasonOf } from './poison.ts';
import type { ProcessDeps } from './process-deps.ts';
import type { SourceBatch, SourceRecord } from './source-record.ts';
import { type CommitFate, makeCommit, observeTaken, type SubmitDeps } from './submit-elements.ts';

/** Why a record is given up; `again` where it is not to be yet, `undefined` where it is committed. */
const verdictOf = (fate: CommitFate): { readonly code: string } | 'again' | undefined => {
  if (fate.kind === 'refused' || fate.kind === 'failed') return fate;
  if (fate.kind !== 'again') return undefined;
  return isLasting(fate.error) ? { code: reasonOf(fate.error) } : 'again';
};

/** The records that their source may forget; one that is to be given up is buried first, in its turn. */
const settle = async (
  records: readonly SourceRecord[],
  verdictOn: (record: SourceRecord) => ReturnType<typeof verdictOf>,
  couldBury: (record: SourceRecord, code: string) => Promise<boolean>,
): Promise<ReadonlySet<SourceRecord>> => {
  const done = new Set<SourceRecord>();
  const held = new Set<string>();
  for (const record of records) {
    if (record.line !== null && held.has(record.line)) continue;
    const verdict = verdictOn(record);
    const isDone = verdict === undefined || (verdict !== 'again' && (await couldBury(record, verdict.code)));
    if (isDone) done.add(record);
    else if (record.line !== null) held.add(record.line);
  }
  return done;
};

/**
 * Commits records of event sources; gives those that their source may forget. One that is no element, or that its handler
 * throws on, becomes a dead letter, so that it blocks nothing (P10). All others have to come again.
 */
export const makeFeed = (submit: SubmitDeps, deps: ProcessDeps) => {
  const commit = makeCommit(submit);
  const { telemetry } = deps.engine;
  return async ({ process, partition, records }: SourceBatch): Promise<ReadonlySet<SourceRecord>> => {
    const couldBury = async (record: SourceRecord, code: string): Promise<boolean> => {
      try {
        await buryRecord(deps, { process, partition, record }, code);
        return true;
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        return false;
      }
    };
    const elements = records.flatMap((record) =>
      record.content.ok ? [{ record, element: record.content.element }] : [],
    );
    const drafts = elements.map(({ element }) => element);
    const committed = await commit(process, drafts);
    const fates = new Map(elements.map(({ record }, n) => [record, committed.fates[n] as CommitFate]));
    const verdictOn = (record: SourceRecord) =>
      record.content.ok ? verdictOf(fates.get(record) as CommitFate) : record.content;
    const done = await settle(records, verdictOn, couldBury);
    // The event time of a partition is not ahead of what it brings again.
    const isDone = (at: number): boolean => done.has(elements[at]?.record as SourceRecord);
    await observeTaken(submit, { ...committed, process, partition }, isDone);
    const again = records.length - done.size;
    if (again > 0) telemetry.note('warn', 'records have to come again', { process: process.name, partition, again });
    return done;
  };
};
