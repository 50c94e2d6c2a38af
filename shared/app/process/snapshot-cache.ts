import type { Snapshot } from '../../core/process/snapshot.ts';
import { encodeSnapshot } from '../../core/process/snapshot-codec.ts';

/** The snapshots that this process of the operating system committed last, by the nonce of their commit: they need not be decoded. */
export type SnapshotCache = {
  of(nonce: string): Snapshot | undefined;
  /** Keeps what a commit holds, in place of what the one before it held. */
  keep(nonce: string, snapshot: Snapshot, before: string): void;
};

/** As stored; in memory they take some times as much. */
const MAX_BYTES = 8 * 1024 * 1024;

export const makeSnapshotCache = (maxBytes: number = MAX_BYTES): SnapshotCache => {
  const known = new Map<string, Snapshot>();
  let bytes = 0;

  const drop = (nonce: string): void => {
    const snapshot = known.get(nonce);
    if (!snapshot) return;
    known.delete(nonce);
    bytes -= encodeSnapshot(snapshot).length;
  };

  return {
    of: (nonce) => known.get(nonce),
    keep: (nonce, snapshot, before) => {
      drop(before);
      known.set(nonce, snapshot);
      bytes += encodeSnapshot(snapshot).length;
      for (const oldest of known.keys()) {
        if (bytes <= maxBytes) break;
        drop(oldest);
      }
    },
  };
};
