import type { Process } from '../core/process/definition.ts';
import { ProcessError } from '../core/process/process-error.ts';
import { emptySnapshot, type Snapshot } from '../core/process/snapshot.ts';
import { decodeSnapshot, encodeSnapshot } from '../core/process/snapshot-codec.ts';

/** Every key as the bytes of its snapshot: what a restart leaves. */
export type SavedKeys = ReadonlyMap<string, Uint8Array>;

/** The keys of a harness, stored as bytes, so that nothing lives on that would not survive a restart. */
export type KeyStore = {
  read(key: string): Snapshot;
  write(key: string, snapshot: Snapshot): void;
  keys(): readonly string[];
  save(): SavedKeys;
};

export const makeKeyStore = (process: Process, saved: SavedKeys = new Map()): KeyStore => {
  const stored = new Map(saved);
  return {
    read: (key) => {
      const bytes = stored.get(key);
      if (!bytes) return emptySnapshot;
      const decoded = decodeSnapshot(process, bytes);
      if (decoded.ok) return decoded.value;
      throw new ProcessError(decoded.code, decoded.detail);
    },
    write: (key, snapshot) => {
      stored.set(key, encodeSnapshot(snapshot));
    },
    keys: () => [...stored.keys()],
    save: () => new Map(stored),
  };
};
