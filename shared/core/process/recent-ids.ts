/** The ids of the last `limit` elements; what is pushed out is forgotten. */
export type RecentIds = {
  has(id: string): boolean;
  add(id: string): void;
  list(): readonly string[];
};

export const makeRecentIds = (remembered: readonly string[], limit: number): RecentIds => {
  let ids: Set<string> | null = null;
  const opened = (): Set<string> => {
    ids ??= new Set(remembered);
    return ids;
  };
  return {
    has: (id) => (ids === null && remembered.length === 0 ? false : opened().has(id)),
    add: (id) => {
      const set = opened();
      // Seen again, an id is young again: it stays for the redeliveries that may follow.
      set.delete(id);
      set.add(id);
      for (const oldest of set) {
        if (set.size <= limit) break;
        set.delete(oldest);
      }
    },
    list: () => (ids === null ? remembered : [...ids]),
  };
};

/**
 * As `makeRecentIds`, asked for the ids of `coming` alone and told each of them once at most. Where all of them are new, as
 * nearly always, no set of all that are remembered is made.
 */
export const makeRecentIdsFor = (
  coming: readonly string[],
  remembered: readonly string[],
  limit: number,
): RecentIds => {
  const different = new Set(coming);
  const isNew = different.size === coming.length && !remembered.some((id) => different.has(id));
  if (!isNew) return makeRecentIds(remembered, limit);
  const added: string[] = [];
  return {
    has: () => false,
    add: (id) => {
      added.push(id);
    },
    list: () => {
      if (added.length === 0) return remembered;
      const all = [...remembered, ...added];
      return all.slice(Math.max(0, all.length - limit));
    },
  };
};
