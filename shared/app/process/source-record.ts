import type { Process } from '../../core/process/definition.ts';
import type { ElementDraft } from './process-desk.ts';

/** A record of an event source: its bytes, and the element in them or why there is none. */
export type SourceRecord = {
  /** What its source knows it by. */
  readonly id: string;
  /** Records of a line keep their order: after one that has to come again, all later ones have to. `null`: no order. */
  readonly line: string | null;
  readonly bytes: Uint8Array;
  readonly content:
    | { readonly ok: true; readonly element: ElementDraft }
    | { readonly ok: false; readonly code: string };
};

/** Records of one partition of a source, in its order. */
export type SourceBatch = {
  readonly process: Process;
  readonly partition: string;
  readonly records: readonly SourceRecord[];
};
