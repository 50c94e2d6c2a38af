import type { RuntimeChild } from './runtime-child.ts';

const total = async (runtime: RuntimeChild): Promise<number> =>
  Object.values((await runtime.insight()).writeUnits).reduce((sum, units) => sum + units, 0);

/** Write units that the store reported while `act` ran. */
export const unitsOf = async (runtime: RuntimeChild, act: () => Promise<unknown>): Promise<number> => {
  const before = await total(runtime);
  await act();
  return (await total(runtime)) - before;
};
