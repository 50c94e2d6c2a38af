/**
 * Sent items as runs of neighbours that were equally late: the first item and the count of each run in `i`, and how late they
 * were (ms) in `l`. A herd leaves a few runs an entry, whatever it holds.
 */
export type SentRuns = { readonly i: number[]; readonly l: number[] };

export const makeSentRuns = (): SentRuns => ({ i: [], l: [] });

/** Adds items from `first` on, which make the last run longer where they follow it and were as late. */
export const addSent = ({ i, l }: SentRuns, first: number, latenessMs: number, count = 1): void => {
  const last = i.length - 2;
  const length = i[last + 1] ?? 0;
  if (l.at(-1) === latenessMs && (i[last] ?? 0) + length === first) i[last + 1] = length + count;
  else {
    i.push(first, count);
    l.push(latenessMs);
  }
};

/** The same items in ascending order. */
export const inOrder = ({ i, l }: SentRuns): SentRuns => {
  const firstOf = (run: number): number => i[2 * run] ?? 0;
  const sorted = makeSentRuns();
  for (const run of [...l.keys()].sort((a, b) => firstOf(a) - firstOf(b)))
    addSent(sorted, firstOf(run), l[run] ?? 0, i[2 * run + 1]);
  return sorted;
};

/** How late an item was sent, ms; `undefined` where it is not among them. Reads the older form too: a lateness for each item. */
export const latenessOf = (
  { i, l }: { readonly i: readonly number[]; readonly l: readonly number[] },
  index: number,
): number | undefined => {
  const isOfRuns = 2 * l.length === i.length;
  for (let at = 0, before = 0; at + 1 < i.length; at += 2) {
    const [first, count] = [i[at] ?? 0, i[at + 1] ?? 0];
    if (index >= first && index < first + count) return l[isOfRuns ? at / 2 : before + index - first] ?? 0;
    before += count;
  }
  return undefined;
};
