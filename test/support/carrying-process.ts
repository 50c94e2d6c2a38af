import type { ElementDraft, ProcessDesk } from '../../shared/app/process/process-desk.ts';
import type { CallSpec } from '../../shared/core/process/call/call-spec.ts';
import type { Process } from '../../shared/core/process/process.ts';
import { ProcessError } from '../../shared/core/process/process-error.ts';
import type { StandardSchema } from '../../shared/core/process/standard-schema.ts';
import { CANARY, watchText } from './canary.ts';

/*
 * P23 for process functions: every object that is fed to one or put out by one carries the canary, and so does the
 * message of every error that its handlers, schemas and calls throw. None of them sees it.
 */

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const carrying = (value: unknown): unknown => (isObject(value) ? { ...value, canary: CANARY } : value);

/** An error that somebody else threw, as if it quoted its input. */
const quoting = (error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof ProcessError) return error;
  const told = new Error(`${error.message} of ${CANARY}`);
  told.name = error.name;
  told.stack = error.stack?.replace(error.message, () => told.message) ?? '';
  return told;
};

const calling = <Args extends readonly unknown[], T>(handler: (...args: Args) => T, args: Args): T => {
  try {
    return handler(...args);
  } catch (error) {
    throw quoting(error);
  }
};

/** A context whose outputs carry the canary. */
const carryingContext = <Ctx extends object>(ctx: Ctx): Ctx =>
  new Proxy(ctx, {
    get: (of, name) => {
      const own: unknown = Reflect.get(of, name);
      if (name === 'emit' && typeof own === 'function')
        return (value: unknown, ...rest: unknown[]) => own(carrying(value), ...rest);
      if (name === 'sideOutput' && typeof own === 'function')
        return (output: unknown, value: unknown, ...rest: unknown[]) => own(output, carrying(value), ...rest);
      return own;
    },
  });

const handling =
  <First, Ctx extends object, Rest extends readonly unknown[]>(
    handler: (first: First, ctx: Ctx, ...rest: Rest) => void,
  ) =>
  (first: First, ctx: Ctx, ...rest: Rest): void =>
    calling(handler, [first, carryingContext(ctx), ...rest]);

/** The schema as it is without the canary, which nobody asked for. */
const withoutCanaryIn = (schema: StandardSchema): StandardSchema => ({
  '~standard': {
    ...schema['~standard'],
    validate: (value) => {
      if (!isObject(value) || !('canary' in value)) return calling(schema['~standard'].validate, [value]);
      const { canary: _, ...rest } = value;
      return calling(schema['~standard'].validate, [rest]);
    },
  },
});

const mapped = <T, U>(of: { readonly [name: string]: T }, change: (one: T) => U): { readonly [name: string]: U } =>
  Object.fromEntries(Object.entries(of).map(([name, one]) => [name, change(one)]));

const carryingCall = (spec: CallSpec<never, unknown>): CallSpec<never, unknown> => ({
  ...spec,
  run: async (...args) => {
    try {
      return await spec.run(...args);
    } catch (error) {
      throw quoting(error);
    }
  },
});

export const carryingProcess = (process: Process): Process => ({
  ...process,
  inputs: mapped(process.inputs, ({ element, onElement }) => ({
    element: withoutCanaryIn(element),
    onElement: handling(onElement),
  })),
  broadcast: process.broadcast && {
    ...process.broadcast,
    element: withoutCanaryIn(process.broadcast.element),
    onElement: handling(process.broadcast.onElement),
  },
  onTimer: handling(process.onTimer),
  onResult: mapped(process.onResult, handling),
  onFailure: mapped(process.onFailure, handling),
  calls: mapped(process.calls, carryingCall),
});

/** A desk that feeds elements with the canary, and knows only its own definitions. */
export const carryingProcessDesk = (desk: ProcessDesk): ProcessDesk => {
  const own = (process: Process): Process => desk.find(process.name) ?? process;
  const fed = (draft: ElementDraft): ElementDraft => ({ ...draft, value: carrying(draft.value) });
  return {
    ...desk,
    submit: async (process, drafts, partition) => {
      const fates = await desk.submit(own(process), drafts.map(fed), partition);
      watchText('fates of elements', JSON.stringify(fates));
      return fates;
    },
  };
};
