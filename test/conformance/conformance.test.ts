import { join } from 'node:path';
import { expect, it } from 'vitest';
import { conformance } from './conformance.ts';
import { readVectors, type Vector } from './vectors.ts';

const VECTORS = readVectors(join(import.meta.dirname, '../fixtures/flink-vectors.json'));
const REPLAYED = VECTORS.filter(({ id }) => !(id in conformance(VECTORS, () => undefined).notApplicable));

const run = (vectors: readonly Vector[]) => conformance(vectors, () => undefined);

it('every case that applies gives what Flink gave', () => {
  const told: string[] = [];
  const result = conformance(VECTORS, (line) => told.push(line));
  expect(told).toEqual([]);
  expect(result.passed + Object.keys(result.notApplicable).length).toBe(result.cases);
});

it('a case that demands one line more, less or another fails', () => {
  const missed: string[] = [];
  for (const vector of REPLAYED) {
    for (const [n, { out }] of vector.steps.entries()) {
      const changed = (next: readonly string[]): Vector => ({
        ...vector,
        steps: vector.steps.map((step, at) => (at === n ? { ...step, out: next } : step)),
      });
      const wrong = [changed([...out, 'T(a,77,E) wm=77 pt=0 @77'])];
      if (out.length > 0) wrong.push(changed(out.slice(1)), changed([`${out[0]}0`, ...out.slice(1)]));
      for (const vectorWithFault of wrong)
        if (run([vectorWithFault]).failed.length === 0) missed.push(`${vector.id} ${n}`);
    }
  }
  // A refusal is a refusal and a failed job a dead letter, whatever the words: what follows them is not compared.
  expect(missed.filter((place) => !/^(?:Q03|Q04|T10|K17|W16|W21|W23|C12|X07|A04|A05|A07) /.test(place))).toEqual([]);
});

it('a count that is not so fails', () => {
  const timers = (count: number): Vector => ({
    id: 'mine',
    group: 'K',
    title: 'counts',
    steps: [
      { do: 'el a:e+10;e+10;p+10 @1', out: [] },
      { do: `numE=${count} numP=1`, out: [] },
    ],
  });
  expect(run([timers(1)]).failed).toEqual([]);
  expect(run([timers(2)]).failed).toEqual(['mine']);
});

it('a step or a command that nobody knows fails, and does not pass unseen', () => {
  const step = (action: string): Vector => ({ id: action, group: 'K', title: '', steps: [{ do: action, out: [] }] });
  expect(run([step('jump'), step('el a:fly @1'), step('el a:boom @1')]).failed).toEqual([
    'jump',
    'el a:fly @1',
    'el a:boom @1',
  ]);
});
