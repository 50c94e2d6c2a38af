import { makeSystemClock } from '../../shared/aws/system-clock.ts';
import { makeMemoryFunctionInvoker } from '../../shared/memory/memory-function-invoker.ts';
import { functionInvokerContract } from '../contract/function-invoker.contract.ts';

functionInvokerContract('memory', async (functions) => ({
  invoker: makeMemoryFunctionInvoker(functions, makeSystemClock()),
  close: () => Promise.resolve(),
}));
