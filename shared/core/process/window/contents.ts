/** How the elements of a window become its contents; contents are plain data. */
export type Contents<In, Acc> = {
  readonly create: (first: In) => Acc;
  readonly add: (contents: Acc, value: In) => Acc;
  /** Needed by sessions only. */
  readonly merge: (a: Acc, b: Acc) => Acc;
};

/** Keeps the elements themselves, for a function of the whole window. */
export const collect = <T>(): Contents<T, readonly T[]> => ({
  create: (first) => [first],
  add: (values, value) => [...values, value],
  merge: (a, b) => [...a, ...b],
});

/** Keeps one value of the elements' own type. */
export const reduce = <T>(combine: (a: T, b: T) => T): Contents<T, T> => ({
  create: (first) => first,
  add: combine,
  merge: combine,
});
