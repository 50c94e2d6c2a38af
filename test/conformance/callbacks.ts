import type { Vector } from './vectors.ts';

/** What `onTimer` does, as `key@timestamp` and domain, in the vectors' commands; at its first firing only. */
type Callbacks = Readonly<Record<string, readonly string[]>>;

/** Of the cases whose steps do not tell, by the text of the semantics. */
const CALLBACKS: Readonly<Record<string, Callbacks>> = {
  K03: { 'a@5E': ['out:m', 'side:s'], 'a@7P': ['out:m', 'side:s'] },
  K05: { 'a@5E': ['e+3', 'e+5', 'e+8', 'e+10', 'e+11'] },
  K11: { 'a@10P': ['p+5', 'p+10', 'p+15'] },
  X01: { 'B@10E': ['e+11'], 'B@11E': ['e+12'] },
  X02: { 'a@1E': ['e+3'], 'a@3E': ['e+5'] },
  X08: { 'a@5E': ['out:x', 'e-5'] },
  X09: { 'a@10E': ['ts'], 'a@10P': ['ts'] },
};

/** Cases about deleting in a callback tell neither which timer nor where: it is what the first to fire does to the others. */
const ON_OTHERS: Readonly<Record<string, (others: Others) => readonly string[]>> = {
  K08: ({ silent }) => silent.map((timer) => timer.replace('+', '-')),
  X03: ({ all }) => all.flatMap((timer) => [timer.replace('+', '-'), timer]),
};

type Others = {
  readonly all: readonly string[];
  /** Those of which no line tells that they fired. */
  readonly silent: readonly string[];
};

/** What `onTimer` does at this firing, the first of its timer. */
export const makeCallbacks = ({ id, steps }: Vector): ((timer: string) => readonly string[]) => {
  const fired = new Set<string>();
  const set = steps.flatMap(({ do: action }) => action.match(/\b[ep]\+-?\w+/g) ?? []);
  const lines = steps.flatMap(({ out }) => out);
  return (timer) => {
    const onOthers = ON_OTHERS[id];
    if (onOthers && fired.size === 0) {
      fired.add(timer);
      const all = [...new Set(set)].filter((command) => command.slice(2) !== timer.slice(timer.indexOf('@') + 1, -1));
      return onOthers({
        all,
        silent: all.filter((command) => !lines.some((line) => line.includes(`,${command.slice(2)},`))),
      });
    }
    if (fired.has(timer)) return [];
    fired.add(timer);
    return CALLBACKS[id]?.[timer] ?? [];
  };
};
