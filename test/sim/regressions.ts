/** Seeds that once failed, or that first caught a planted bug of the kind that is named; they always run. */
export const REGRESSIONS: Readonly<Record<number, string>> = {
  7: 'an old hint sent an entry again whose log the store had collected first (F34)',
};
