import type { BatchSender } from '../ports/batch-sender.ts';
import type { FunctionInvoker } from '../ports/function-invoker.ts';

/** Loads what few processes need when it is needed, once; after a load that failed the next use loads again. */
const onFirstUse = <T>(load: () => Promise<T>): (() => Promise<T>) => {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
};

/** A sender whose code and client are loaded with its first batch. */
export const lateBatchSender = <Entry>(load: () => Promise<BatchSender<Entry>>): BatchSender<Entry> => {
  const sender = onFirstUse(load);
  return { sendBatch: async (...call) => (await sender()).sendBatch(...call) };
};

/** An invoker whose code and client are loaded with its first call. */
export const lateFunctionInvoker = (load: () => Promise<FunctionInvoker>): FunctionInvoker => {
  const invoker = onFirstUse(load);
  return { invoke: async (...call) => (await invoker()).invoke(...call) };
};
