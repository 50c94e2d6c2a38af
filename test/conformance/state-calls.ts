import type { FoldingState } from '../../shared/core/process/state/folding-state.ts';
import type { ListState } from '../../shared/core/process/state/list-state.ts';
import type { MapState } from '../../shared/core/process/state/map-state.ts';
import type { ValueState } from '../../shared/core/process/state/value-state.ts';

export type States = {
  readonly value: ValueState<string>;
  readonly list: ListState<string>;
  readonly map: MapState<string | null>;
  readonly reducing: FoldingState<number, number>;
  readonly aggregating: FoldingState<number, string>;
};

const SHORT: Readonly<Record<string, keyof States>> = {
  v: 'value',
  l: 'list',
  m: 'map',
  r: 'reducing',
  g: 'aggregating',
};

/** Steps of the vectors that are told in words. */
const IN_WORDS: Readonly<Record<string, (states: States) => string>> = {
  'map.isEmpty/entries': ({ map }) => `${map.isEmpty()} ${show(map.keys())}`,
  'clear on empty': ({ value }) => done(value.clear()),
  'put;remove last;isEmpty': ({ map }) => {
    map.set('k', 'v');
    map.delete('k');
    return String(map.isEmpty());
  },
  'put null value; contains; get': ({ map }) => {
    map.set('k', null);
    return `${map.has('k')} ${map.get('k')}`;
  },
  'remove missing': ({ map }) => done(map.delete('missing')),
  'iterator remove': ({ map }) => {
    for (const key of ['a', 'b']) map.set(key, '1');
    for (const key of map.keys()) if (key === 'a') map.delete(key);
    return show(map.keys().sort());
  },
  'entry.setValue writes through': ({ map }) => {
    for (const [key] of map.entries()) map.set(key, '9');
    return String(map.get('b'));
  },
  // Flink leaves open what adding null does; here it is refused, and only clear() clears.
  'r.add(null);get (heap: clears)': ({ reducing }) => {
    refuses(() => reducing.add(null as never));
    reducing.clear();
    return String(reducing.get());
  },
  'after failed addAll get': ({ list }) => show(list.get()),
  'add(5) after expiry, get': (states) => {
    states.reducing.add(5);
    states.aggregating.add(5);
    return both(states);
  },
  get: (states) => both(states),
};

const CALL =
  /(?:\b(\w+)\.)?\b(update|value|addAll|add|get|putAll|put|remove|contains|isEmpty|clear|keys)\b(?:\(([^)]*)\)|\s+([\w,]+)(?=$|;))?/g;

/** Makes the calls of a step and shows what the last of them gives. A call without an owner is on that of the last. */
export const evaluate = (text: string, states: States, target: string): string => {
  const calls = text.replace(/@\S+$/, '');
  const told = IN_WORDS[calls];
  if (told) return told(states);
  let owner = target;
  let result = 'ok';
  for (const [, named, name = '', inner, bare] of calls.matchAll(CALL)) {
    if (named) owner = SHORT[named] ?? named;
    const make = MAKE[owner as keyof States];
    if (!make) throw new Error(`No state "${owner}" is known.`);
    result = make(states, name, inner ?? bare);
  }
  return result;
};

type Make = (states: States, name: string, args: string | undefined) => string;

const MAKE: Readonly<Record<keyof States, Make>> = {
  value: ({ value }, name, args = '') => {
    if (name === 'update') return done(value.set(args === 'null' ? null : args));
    return name === 'clear' ? done(value.clear()) : String(value.get());
  },
  list: ({ list }, name, args = '') => {
    if (name === 'add') return done(args.split(',').map((item) => list.add(item === 'null' ? (null as never) : item)));
    if (name === 'addAll') list.addAll(listed(args));
    else if (name === 'update') return done(list.set(listed(args)));
    return name === 'clear' ? done(list.clear()) : show(list.get());
  },
  map: ({ map }, name, args = '') => {
    const [key = '', value = 'v'] = args.split(/,\s*/);
    if (name === 'putAll') throw new Error('A map has no call to put all: set one after the other.');
    if (name === 'put') return done(map.set(key, value === 'null' ? null : value));
    if (name === 'remove') return done(map.delete(key));
    if (name === 'contains') return String(map.has(key));
    if (name === 'isEmpty') return String(map.isEmpty());
    if (name === 'keys') return show(map.keys());
    return name === 'clear' ? done(map.clear()) : String(map.get(key));
  },
  reducing: ({ reducing }, name, args) => foldingCall(reducing, name, args),
  aggregating: ({ aggregating }, name, args) => foldingCall(aggregating, name, args),
};

function foldingCall(state: FoldingState<number, unknown>, name: string, args: string | undefined): string {
  if (name === 'clear') return done(state.clear());
  if (name !== 'add') return String(state.get());
  const numbers = (args ?? '').split(',').map(Number);
  for (const value of numbers) state.add(value);
  return numbers.length === 1 ? 'ok' : String(state.get());
}

/** `[x,null]`, or `null` for no list at all. */
const listed = (args: string): string[] =>
  args === 'null'
    ? (null as never)
    : args
        .replace(/^\[|\]$/g, '')
        .split(',')
        .filter((item) => item !== '')
        .map((item) => (item === 'null' ? (null as never) : item));

const both = ({ reducing, aggregating }: States): string => `${reducing.get()} ${aggregating.get()}`;

const show = (items: readonly string[]): string => `[${items.join(', ')}]`;

const done = (_: unknown): string => 'ok';

function refuses(call: () => void): void {
  try {
    call();
  } catch {
    return;
  }
  throw new Error('It was to be refused.');
}
