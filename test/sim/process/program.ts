import type { ElementDraft } from '../../../shared/app/process/process-desk.ts';
import type { CallAttempt } from '../../../shared/core/process/call/call-spec.ts';
import type { Data } from '../../../shared/core/process/data.ts';
import type { Process } from '../../../shared/core/process/process.ts';
import type { Dice } from '../dice.ts';
import type { Model } from '../model.ts';

/** An element as its source sent it, and what the source was told of it. */
export type Sent = {
  readonly process: string;
  readonly draft: ElementDraft & { readonly id: string };
  /** It is so far ahead of the clock that it belongs to no time yet, unless it comes an hour late. */
  readonly future: boolean;
  /** Its handler throws. */
  readonly poison: boolean;
  /** `undefined`: nobody was promised anything, so it may be in or not. */
  fate?: 'taken' | 'failed';
};

/** What a process put out, as it arrived: one for each message id. */
export type Row = {
  readonly process: string;
  readonly messageId: string;
  readonly target: string;
  readonly value: Readonly<Record<string, Data>>;
};

/** All that is known of a process when everything is settled. */
export type Evidence = {
  readonly process: string;
  /** By id. */
  readonly sent: ReadonlyMap<string, Sent>;
  readonly rows: readonly Row[];
  /** The state of each key as it is stored. */
  readonly states: ReadonlyMap<string, Readonly<Record<string, Data>>>;
  /** Nothing makes anything late here (P7). */
  readonly mild: boolean;
  /** More ticks than there is lookahead for: a processing timer that is far away waits for the next one (F02). */
  readonly ticksSkipped: boolean;
  /** Since when the watermark of the process is at or beyond this one. */
  readonly reachedAt: (watermark: number) => number;
  readonly violate: Model['violate'];
};

/** What a process asks others for. */
export type Tools = { readonly callOut: (request: string, attempt: CallAttempt) => Promise<string> };

/** A process function with what its elements hold and a model of what it has to come to. */
export type Program = {
  readonly name: string;
  readonly define: (tools: Tools) => Process;
  /** The process that what it puts out goes to. */
  readonly follower?: string;
  /** The value of an element with this event time; without it, no source feeds the process. */
  readonly draw?: (dice: Dice, of: { readonly id: string; readonly key: string; readonly at: number }) => unknown;
  /** True where the handler throws at the value. */
  readonly fails?: (value: unknown) => boolean;
  readonly judge: (evidence: Evidence, others: ReadonlyMap<string, Evidence>) => void;
};
