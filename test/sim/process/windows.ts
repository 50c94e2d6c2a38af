import { number, object, string } from 'valibot';
import { output } from '../../../shared/core/process/output.ts';
import { boundedOutOfOrderness } from '../../../shared/core/process/watermark/strategy.ts';
import { tumbling } from '../../../shared/core/process/window/assigner.ts';
import { collect } from '../../../shared/core/process/window/contents.ts';
import { defineWindowedProcess } from '../../../shared/core/process/window/windowed.ts';
import { promised } from './keyed-log.ts';
import type { Evidence, Program } from './program.ts';

const SIZE_MS = 20_000;

type Value = { readonly id: string; readonly amount: number };
type WindowRow = {
  readonly p: string;
  readonly k: string;
  readonly start: number;
  readonly ids: readonly string[];
  readonly sum: number;
};

/** Everything that a window gave belongs to it, and no window gave twice. */
const checkWindows = ({ rows, sent, violate }: Evidence): string[] => {
  const fired = new Set<string>();
  return rows.flatMap(({ target, value }) => {
    if (target !== 'push') return [];
    const { k, start, ids, sum } = value as unknown as WindowRow;
    const name = `windows/${k}`;
    if (fired.has(`${k} ${start}`)) violate('P15', `the window ${start} of ${name} fires twice`, name);
    fired.add(`${k} ${start}`);
    const drafts = ids.map((id) => sent.get(id)?.draft);
    const isOwn = drafts.every(
      (draft) => draft?.key === k && Math.floor((draft.timestamp ?? 0) / SIZE_MS) * SIZE_MS === start,
    );
    if (!isOwn) violate('P15', `the window ${start} of ${name} has what is not its own: ${ids.join(' ')}`, name);
    const expected = drafts.reduce((total, draft) => total + ((draft?.value as Value | undefined)?.amount ?? 0), 0);
    if (sum !== expected) violate('P13', `the window ${start} of ${name} is ${sum} instead of ${expected}`, name);
    return [...ids];
  });
};

/** Sums of event time; each element is in its window's, or told as late, or of the future. */
export const windows: Program = {
  name: 'windows',
  define: () =>
    defineWindowedProcess({
      name: 'windows',
      element: object({ id: string(), amount: number() }),
      windows: tumbling(SIZE_MS),
      contents: collect<Value>(),
      result: (values, { start, key }) => ({
        p: 'windows',
        k: key,
        start,
        ids: values.map(({ id }) => id),
        sum: values.reduce((sum, { amount }) => sum + amount, 0),
      }),
      output: output<WindowRow>({ target: 'push' }),
      sideOutputs: { late: output({ target: 'late' }), future: output({ target: 'future' }) },
      watermark: boundedOutOfOrderness(3_000, { idleAfterMs: 40_000 }),
    }),
  draw: (dice, { id }): Value => ({ id, amount: dice.int(1, 100) }),
  judge: (evidence) => {
    const { rows, sent, violate } = evidence;
    const aside = rows.flatMap(({ target, value }) => (target === 'push' ? [] : [String(value.id)]));
    const times = new Map<string, number>();
    for (const id of [...checkWindows(evidence), ...aside]) times.set(id, (times.get(id) ?? 0) + 1);
    for (const [id, n] of times) {
      if (!sent.has(id)) violate('P14', `windows put out ${id}, which nobody sent`, id);
      if (n > 1) violate('P14', `${id} is ${n} times in windows and side outputs`, id);
    }
    for (const id of promised(sent)) {
      if (!times.has(id)) violate('P15', `${id} was acknowledged, and is in no window and in no side output`, id);
    }
  },
};
