import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { conformance } from './conformance.ts';
import { readVectors, type Vector } from './vectors.ts';

const VECTORS = readVectors(join(import.meta.dirname, '../fixtures/flink-vectors.json'));

const run = (vectors: readonly Vector[]) => conformance(vectors, () => undefined);

const { notApplicable } = run(VECTORS);
const REPLAYED = VECTORS.filter(({ id }) => !(id in notApplicable));

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

/** Made by the text of the semantics, section 6: what the team's file has no recording of. */
it('A02: unordered results come as they complete, and not across a watermark', () => {
  const steps: Vector['steps'] = [
    { do: 'el 1 @1', out: ['invoke(1)#1@pt0'] },
    { do: 'el 2 @2', out: ['invoke(2)#1@pt0'] },
    { do: 'wm 2', out: [] },
    { do: 'el 3 @3', out: ['invoke(3)#1@pt0'] },
    { do: 'complete(3)=[c]', out: [] },
    { do: 'complete(2)=[b]', out: ['b @2'] },
    { do: 'complete(1)=[a]', out: ['a @1', 'WM(2)', 'c @3'] },
  ];
  expect(run([{ id: 'A02', group: 'A', title: 'UNORDERED: not across a watermark', steps }]).failed).toEqual([]);
});

it('cases of unknown groups are told with a reason, whatever their names', () => {
  const of = (id: string, group: string): Vector => ({ id, group, title: '', steps: [{ do: 'x', out: [] }] });
  expect(run([of('Z1', 'Z'), of('__proto__', 'constructor')])).toEqual({
    cases: 2,
    passed: 0,
    failed: [],
    notApplicable: Object.fromEntries([
      ['Z1', 'Nothing here plays cases of group "Z".'],
      ['__proto__', 'Nothing here plays cases of group "constructor".'],
    ]),
  });
});

it('a case that cannot be played fails, and ends no other', () => {
  const of = (group: string, title: string, action: string): Vector => ({
    ...{ id: `${group} ${title}`, group, title },
    steps: [{ do: action, out: [] }],
  });
  const odd = [
    of('T', 'value', 't=now key=a get'),
    of('W', 'sliding size 10 slide 0', 'wm 1'),
    of('V', 'splits', 's1=x'),
  ];
  expect(run(odd).failed).toHaveLength(3);
});

const MAIN = join(import.meta.dirname, 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'meridian-vectors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const command = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr: stderr.replaceAll(folder, '') };
};

it.each([
  ['no JSON', '{"cases":', '/file.json is not JSON.\n'],
  ['no cases', '{}', '/file.json has no list "cases".\n'],
  ['null', 'null', '/file.json has no list "cases".\n'],
  [
    'a case without steps',
    '{"cases":[{"id":"a"}]}',
    'Case 0 of /file.json is no {"id", "group", "title", "steps": [{"do", "out": []}]}.\n',
  ],
  [
    'an id twice',
    JSON.stringify({ cases: ['a', 'a'].map((id) => ({ id, group: 'K', title: '', steps: [] })) }),
    'Case 1 of /file.json has the id "a" of one before it.\n',
  ],
])('a file with %s is told of in one sentence', (_, text, sentence) => {
  writeFileSync(join(folder, 'file.json'), text);
  expect(command('--vectors', join(folder, 'file.json'), '--json')).toEqual({
    status: 2,
    stdout: '',
    stderr: sentence,
  });
});

it('a file that is not there, or an option that is none, is told of in one sentence; other files are replayed', () => {
  expect(command('--vectors', join(folder, 'none.json')).stderr).toBe('/none.json cannot be read: ENOENT.\n');
  expect(command('--vector', 'x')).toMatchObject({ status: 2, stderr: 'The options are --vectors FILE and --json.\n' });
  const failing = { id: 'F1', group: 'K', title: '', steps: [{ do: 'wm 5', out: ['WM(6)'] }] };
  writeFileSync(join(folder, 'file.json'), `\uFEFF${JSON.stringify({ cases: [failing] })}`);
  const { status, stdout } = command('--vectors', join(folder, 'file.json'), '--json');
  expect([status, JSON.parse(stdout)]).toEqual([1, { cases: 1, passed: 0, failed: ['F1'], notApplicable: {} }]);
});
