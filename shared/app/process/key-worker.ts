import { hash32 } from '../../core/hash.ts';
import { plusMs } from '../../core/time/epoch.ts';
import { StoreError } from '../../ports/store-error.ts';
import type { TaskResult } from './key-task.ts';
import type { KeyAnswer, KeyCall, Mailbox, Taken } from './mailbox.ts';
import { fail, goOn, MAX_CALLS, nameOf, openMailbox, settle, takeFrom } from './mailbox.ts';
import type { ProcessDeps } from './process-deps.ts';
import { runBatch } from './turn-batch.ts';

/**
 * Works keys off, each by one call at a time.
 *
 * W1 What comes to a key while a batch has it waits, and is taken together in the next: many elements, one commit.
 * W2 Calls for one key are taken in the order in which they came.
 */
export type KeyWorker = {
  /** Resolves when what the call did is committed. Throws what the store threw. */
  submit(call: KeyCall): Promise<KeyAnswer>;
};

const MAX_KEYS = 500;
/** Of one process: a batch waits for the processes that its outputs are bound to, which have room of their own. */
const MAX_BATCHES = 4;
/** A call that could not be committed for so long is given back: the caller repeats it. */
const PATIENCE_MS = 25_000;
const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 1_000;

const GAVE_UP = 'A key was too busy, or its outputs were not in place for too long; repeat the call.';

/** The keys of a process that have something to do, and its batches under way. */
type Line = { readonly ready: Set<Mailbox>; running: number };

type Work = {
  readonly deps: ProcessDeps;
  readonly mailboxes: Map<string, Mailbox>;
  /** By process. */
  readonly lines: Map<string, Line>;
  pumping: boolean;
};

/** Puts a key aside for a while: another worker has it, or somebody is about to store its outputs. */
const rest = async ({ deps }: Work, mailbox: Mailbox): Promise<void> => {
  const { clock, nonce } = deps.engine;
  const now = clock.now();
  const expired = mailbox.waiting.filter(({ giveUpAt }) => now >= giveUpAt);
  fail(mailbox, expired, new StoreError('THROTTLED', GAVE_UP));
  const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** mailbox.attempts);
  mailbox.attempts += 1;
  const share = hash32(nonce(), mailbox.attempts) / 2 ** 32;
  await clock.sleepUntil(plusMs(now, Math.ceil(most * (0.5 + share / 2))));
};

const conclude = async (work: Work, taken: Taken, result: TaskResult): Promise<void> => {
  const { mailbox, shares, task } = taken;
  if (result.kind === 'done') {
    settle(taken, result);
    mailbox.attempts = 0;
    mailbox.maxCalls = Math.min(MAX_CALLS, mailbox.maxCalls * 2);
    const giveUpAt = plusMs(work.deps.engine.clock.now(), PATIENCE_MS);
    if (result.more) mailbox.waiting.unshift(goOn(mailbox, task.watermark, giveUpAt));
  } else if (result.kind === 'too-large' && mailbox.maxCalls > 1) {
    mailbox.maxCalls = Math.ceil(mailbox.maxCalls / 4);
  } else if (result.kind === 'conflict' || result.kind === 'early') {
    await rest(work, mailbox);
  } else {
    const full = new StoreError('TOO_LARGE', 'What the process keeps of the key and puts out does not fit an item.');
    const error = result.kind === 'failed' ? result.error : full;
    const taking = shares.map(({ from }) => from);
    fail(mailbox, taking, error);
  }
  mailbox.busy = false;
  if (mailbox.waiting.length === 0) work.mailboxes.delete(nameOf(mailbox));
  else wake(work, mailbox);
};

const run = async (work: Work, line: Line, batch: readonly Mailbox[]): Promise<void> => {
  const taken = batch.map(takeFrom);
  const tasks = taken.map(({ task }) => task);
  let results: readonly TaskResult[];
  try {
    results = await runBatch(work.deps, tasks);
  } catch (error) {
    results = taken.map(() => ({ kind: 'failed', error }));
  }
  line.running -= 1;
  for (const [n, one] of taken.entries()) void conclude(work, one, results[n] as TaskResult);
  pump(work, line);
};

const takeReady = ({ ready }: Line): Mailbox[] => {
  const batch: Mailbox[] = [];
  for (const mailbox of ready) {
    ready.delete(mailbox);
    mailbox.busy = true;
    batch.push(mailbox);
    if (batch.length === MAX_KEYS) break;
  }
  return batch;
};

const pump = (work: Work, line: Line): void => {
  while (line.running < MAX_BATCHES && line.ready.size > 0) {
    line.running += 1;
    void run(work, line, takeReady(line));
  }
};

const lineOf = ({ lines }: Work, { process }: Mailbox): Line => {
  const line = lines.get(process.name) ?? { ready: new Set(), running: 0 };
  lines.set(process.name, line);
  return line;
};

const wake = (work: Work, mailbox: Mailbox): void => {
  if (mailbox.busy || mailbox.waiting.length === 0) return;
  lineOf(work, mailbox).ready.add(mailbox);
  if (work.pumping) return;
  work.pumping = true;
  // Calls of one moment come together.
  queueMicrotask(() => {
    work.pumping = false;
    for (const line of work.lines.values()) pump(work, line);
  });
};

export const makeKeyWorker = (deps: ProcessDeps): KeyWorker => {
  const work: Work = { deps, mailboxes: new Map(), lines: new Map(), pumping: false };
  return {
    submit: (call) => {
      const name = nameOf(call);
      const mailbox = work.mailboxes.get(name) ?? openMailbox(call);
      work.mailboxes.set(name, mailbox);
      const giveUpAt = plusMs(deps.engine.clock.now(), PATIENCE_MS);
      const done = Promise.withResolvers<KeyAnswer>();
      mailbox.waiting.push({ call, fates: [], next: 0, reminded: undefined, giveUpAt, done });
      wake(work, mailbox);
      return done.promise;
    },
  };
};
