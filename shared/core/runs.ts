/** Ascending whole numbers as [start, length, start, length, …]: short where they follow one another. */
export const toRuns = (ascending: readonly number[]): number[] => {
  const runs: number[] = [];
  let start = -1;
  let next = -1;
  for (const value of ascending) {
    if (value !== next) {
      if (start >= 0) runs.push(start, next - start);
      start = value;
    }
    next = value + 1;
  }
  if (start >= 0) runs.push(start, next - start);
  return runs;
};

/** The inverse of `toRuns`. */
export const fromRuns = (runs: readonly number[]): number[] => {
  const values: number[] = [];
  for (let at = 0; at + 1 < runs.length; at += 2) {
    const start = runs[at] ?? 0;
    const end = start + (runs[at + 1] ?? 0);
    for (let value = start; value < end; value += 1) values.push(value);
  }
  return values;
};
