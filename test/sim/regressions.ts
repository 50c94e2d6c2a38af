/** Seeds that once failed, or that first caught a planted bug of the kind that is named; they always run. */
export const REGRESSIONS: Readonly<Record<number, string>> = {
  7: 'an old hint sent an entry again whose log the store had collected first (F34)',
  17: 'a PUT whose commit was stored without an answer took its reference back, was repeated, and counted as void (F27)',
  162: 'the same behind an API that was stopped for longer than its commit may take (F14 F27)',
};
