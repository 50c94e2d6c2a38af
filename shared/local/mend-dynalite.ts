import { createRequire } from 'node:module';

/** Loads what dynalite itself has loaded, by the names that it uses. */
export const fromDynalite = createRequire(createRequire(import.meta.url).resolve('dynalite'));

let mended = false;

/** Changes dynalite where it leaks or takes long, for all of this thread; to be called before a server of it is made. */
export function mendDynalite(): void {
  if (mended) return;
  mended = true;
  closeIteratorsWithTheirStreams();
  readAtOnce();
  parseConditionsOnce();
}

/**
 * Dynalite ends a page by calling `return` of its database iterator, which the iterators of this version do not have.
 * Every query then kept its snapshot open for ever: deleted data stayed on disk, and reading 2,000 items of 48 KB cost
 * 350 MB of memory that never came back.
 */
function closeIteratorsWithTheirStreams(): void {
  const { AbstractValueIterator } = createRequire(fromDynalite.resolve('level'))('abstract-level');
  const common = Object.getPrototypeOf(AbstractValueIterator.prototype);
  common.return ??= common.close;
}

type Database = { readonly status: string; getSync(key: string): unknown };
type Get = (this: Database, key: string) => Promise<unknown>;

/**
 * Items are read in the engine's own thread, which has nothing else to do. To hand a read to another thread and back costs
 * ten times as much as the read, and a put needs three: of its table, of its table again, and of its item.
 */
function readAtOnce(): void {
  const { Level } = fromDynalite('level') as { Level: { readonly prototype: { get: Get } } };
  const { prototype } = Level;
  const getLater = prototype.get;
  prototype.get = async function (key) {
    return this.status === 'open' ? this.getSync(key) : getLater.call(this, key);
  };
}

type Parse = (text: string, options: { readonly context: { readonly isKeyCondition?: boolean } }) => unknown;

/** A condition that names no attribute by `#` and no value by `:` means the same in every call; its parsing took an eighth of a put. */
function parseConditionsOnce(): void {
  const parser = fromDynalite('./db/conditionParser') as { parse: Parse };
  const parse = parser.parse;
  const parsed = new Map<string, unknown>();
  parser.parse = (text, options) => {
    if (/[#:]/.test(text) || options.context.isKeyCondition) return parse(text, options);
    const known = parsed.get(text) ?? parse(text, options);
    parsed.set(text, known);
    return known;
  };
}
