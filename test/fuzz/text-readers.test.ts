import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DamagedRecord } from '../../shared/app/damaged-record.ts';
import { Problem } from '../../shared/core/problem.ts';
import { withinTime } from '../support/cpu.ts';
import { hostileText } from './hostile.ts';
import { PROCESS_READERS } from './process-readers.ts';
import { SEED } from './seed.ts';
import { SETTING_READERS } from './setting-readers.ts';
import { TEXT_READERS } from './text-readers.ts';

/** What a refusal says at most, whatever it was given. */
const MAX_SENTENCE_CHARS = 400;
const MAX_ISSUES_FOR_EACH_CHAR = 1;

/** What a reader answered, or the refusal that it threw. */
const answerOf = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    if (error instanceof Problem || error instanceof RangeError || error instanceof DamagedRecord) return error;
    throw error;
  }
};

/** The sentences of a refusal, thrown or answered. */
const sentencesOf = (answer: unknown): readonly string[] => {
  if (answer instanceof Problem) return [answer.message, ...answer.issues.map(({ detail }) => detail)];
  if (answer instanceof Error) return [answer.message];
  const { detail, issues } = (answer ?? {}) as { detail?: string; issues?: readonly { detail: string }[] };
  return [...(detail === undefined ? [] : [detail]), ...(issues ?? []).map((issue) => issue.detail)];
};

const READERS = Object.entries({ ...TEXT_READERS, ...PROCESS_READERS, ...SETTING_READERS }).map(([name, reader]) => ({
  name,
  ...reader,
}));

test.each(READERS)(
  '$name: any text is read or refused, within 20 ms, in a short sentence of printable characters',
  (reader) => {
    fc.assert(
      fc.property(hostileText(reader.examples), (text) => {
        const sentences = sentencesOf(withinTime(() => answerOf(() => reader.read(text))));
        expect(sentences.length).toBeLessThanOrEqual(2 + text.length * MAX_ISSUES_FOR_EACH_CHAR);
        for (const sentence of sentences) {
          expect(sentence.length).toBeLessThanOrEqual(MAX_SENTENCE_CHARS);
          expect(sentence).toMatch(/^[\x20-\x7e±→]*$/);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  },
);

const isRefusal = (answer: unknown): boolean =>
  answer === undefined || answer instanceof Error || (answer as { ok?: boolean } | null)?.ok === false;

test.each(READERS)('$name: takes what is right', ({ read, examples }) => {
  for (const example of examples) {
    const answer = answerOf(() => read(example));
    expect([example, answer, isRefusal(answer)]).toEqual([example, answer, false]);
  }
});
