import type { FunctionName, Operation, ProcessFunctionName, TableName } from '../../cdk/grants.ts';
import { ACTIONS, GRANTS } from '../../cdk/grants.ts';
import type { ItemStore } from '../../shared/ports/item-store.ts';

type Granted = FunctionName | ProcessFunctionName;

/** Is told of each operation that a function does to a table. */
export type Witness = (use: `${Granted} ${Operation} ${TableName}`) => void;

/** A store that refuses, as AWS would, what the deployment does not grant to the function. */
export function grantedStore(store: ItemStore, name: Granted, witness: Witness = () => {}): ItemStore {
  const permitted = (operation: Operation, keys: readonly { readonly table: TableName }[]): ItemStore => {
    for (const { table } of keys) {
      witness(`${name} ${operation} ${table}`);
      if (GRANTS[name][table].includes(operation)) continue;
      throw new Error(
        `AccessDenied: ${name} may not ${ACTIONS[operation].join(' or ')} in ${table}; see cdk/grants.ts.`,
      );
    }
    return store;
  };
  return {
    get: async (key) => permitted('get', [key]).get(key),
    getMany: async (keys) => permitted('getMany', keys).getMany(keys),
    put: async (item, expect) => permitted('put', [item]).put(item, expect),
    putMany: async (items) => permitted('putMany', items).putMany(items),
    remove: async (key, expect) => permitted('remove', [key]).remove(key, expect),
    query: async (range) => permitted('query', [range]).query(range),
    add: async (key, counts) => permitted('add', [key]).add(key, counts),
  };
}
