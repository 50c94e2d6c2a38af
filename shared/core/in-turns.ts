/**
 * Runs `work` on every job, `most` at a time, and returns the results in the order of the jobs. After a failure no
 * further job starts; the first error is thrown when the ones under way have ended, so nothing goes on behind the
 * caller's back.
 */
export const inTurns = async <Job, Result>(
  jobs: readonly Job[],
  most: number,
  work: (job: Job) => Promise<Result>,
): Promise<Result[]> => {
  // Most calls bring one.
  if (jobs.length === 1) return [await work(jobs[0] as Job)];
  const results = new Array<Result>(jobs.length);
  const waiting = untilClosed(jobs.entries());
  const worker = async (): Promise<void> => {
    for (const [index, job] of waiting) results[index] = await work(job);
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(most, jobs.length) }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return results;
};

/** A loop that ends early closes a generator for all that share it, which it cannot do to the iterator of an array. */
function* untilClosed<T>(all: Iterable<T>): Generator<T> {
  yield* all;
}
