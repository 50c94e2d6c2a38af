import { makeMemoryStore } from '../../shared/memory/memory-store.ts';
import { itemStoreContract } from '../contract/item-store.contract.ts';

const close = () => Promise.resolve();
itemStoreContract({ name: 'memory', runs: 300 }, async () => ({ store: makeMemoryStore(), close }));
itemStoreContract({ name: 'memory, one item a page', runs: 30 }, async () => {
  return { store: makeMemoryStore({ pageItems: () => 1 }), close };
});
