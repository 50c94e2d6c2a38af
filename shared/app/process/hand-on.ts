import type { Process } from '../../core/process/definition.ts';
import type { IdentifiedOutput } from '../../core/process/output.ts';
import { parseElement } from '../../core/process/parse-element.ts';
import type { ElementInput } from '../../core/process/turn.ts';
import { followersOf, isToProcess, type ToProcess } from '../../core/process/wiring.ts';
import type { KeyWorker } from './key-worker.ts';
import { bindingOf } from './outputs.ts';
import { buryInput, buryKeyless, isLasting } from './poison.ts';
import type { ProcessDeps } from './process-deps.ts';
import { isKey } from './process-key.ts';
import type { WatermarkBook } from './watermark-book.ts';

export type HandOnDeps = {
  readonly processes: ReadonlyMap<string, Process>;
  readonly worker: () => KeyWorker;
  readonly book: WatermarkBook;
  readonly deps: () => ProcessDeps;
};

/** The partition under which a process sees what another one puts out. */
const partitionOf = (from: string): string => `process:${from}`;

/** The key under which an output is handed on; `undefined` where its binding throws, or makes what is none (K4). */
const keyFor = ({ key: keyOf }: ToProcess, giver: string, value: unknown): string | undefined => {
  if (!keyOf) return giver;
  try {
    const made: unknown = keyOf(value as never);
    return isKey(made) ? made : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Feeds outputs to the processes that they are bound to, under their own ids: one that comes again is a duplicate there.
 * One that does not fit, has no key, or whose handler throws, is a dead letter there; its giver goes on.
 */
export const makeHandOn = ({ processes, worker, book, deps }: HandOnDeps): ProcessDeps['handOn'] => {
  const feed = async (binding: ToProcess, key: string, { id, value, timestamp }: IdentifiedOutput): Promise<void> => {
    const process = processes.get(binding.process);
    if (!process) throw new Error(`An output is bound to process "${binding.process}", which does not exist.`);
    const raw: ElementInput = { kind: 'element', input: binding.input ?? 'main', id, timestamp, value };
    const own = keyFor(binding, key, value);
    if (own === undefined) return buryKeyless(deps(), { process, ref: id, input: raw });
    try {
      const input = { ...raw, value: parseElement(process, raw.input, value) };
      const call = { process, key: own, inputs: [input], watermark: await book.published(process) };
      const [fate] = (await worker().submit(call)).fates;
      if (fate?.kind === 'failed') await buryInput(deps(), { process, key: own, input: raw }, fate.error);
    } catch (error) {
      if (!isLasting(error)) throw error;
      await buryInput(deps(), { process, key: own, input: raw }, error);
    }
  };

  return async (process, key, outputs) => {
    for (const output of outputs) {
      const binding = bindingOf(process, output);
      if (isToProcess(binding)) await feed(binding, key, output);
    }
  };
};

/** Hands the watermark of a process on to those that its outputs are bound to. */
export const makeForward =
  ({ processes, book }: Pick<HandOnDeps, 'processes' | 'book'>) =>
  async (process: Process, watermark: number): Promise<void> => {
    for (const binding of followersOf(process)) {
      const follower = processes.get(binding.process);
      if (!follower) continue;
      const at = { input: binding.input ?? 'main', partition: partitionOf(process.name) };
      await book.advance(follower, at, watermark);
    }
  };
