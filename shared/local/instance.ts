import type { ProcessIdentity } from '../compose.ts';

const OWNER = /^local-(\d{1,15})$/;

/**
 * The n-th process on a data directory. The directory's lock lets it run alone, so every process with a lower number
 * has ended, and what they leased is free at once.
 */
export const identityOf = (instance: number): ProcessIdentity => ({
  owner: `local-${instance}`,
  isDead: (owner) => {
    const number = OWNER.exec(owner)?.[1];
    return number !== undefined && Number(number) < instance;
  },
});
