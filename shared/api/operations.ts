import { messageOperations } from './message/operations.ts';
import { operatorOperations } from './operator/operations.ts';
import { processOperations } from './process/operations.ts';
import { targetOperations } from './target/operations.ts';

/** Everything that the interface does, by operation id. */
export const operations = {
  ...targetOperations,
  ...messageOperations,
  ...operatorOperations,
  ...processOperations,
} as const;

export type OperationId = keyof typeof operations;
