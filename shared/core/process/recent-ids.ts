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
