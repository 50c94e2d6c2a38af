import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/*
 * A reader that nobody holds to hostile input is a test that is missing. Readers are known by their names: what parses,
 * reads, decodes, judges or unpacks something that came from outside or from the store.
 */

const READER = /export (?:const|(?:async )?function) ((?:decode|judge|parse|read|unpack)[A-Z]\w*)/g;

const root = fileURLToPath(new URL('../../', import.meta.url));

const sourcesIn = (folder: string): string[] =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(`${root}${folder}/${name}`, 'utf8'));

/** Whose input is hostile too, and is thrown at something that calls them. */
const THROUGH: Readonly<Record<string, string>> = {
  'stored-items.test.ts':
    'judgeOutcome judgeReference parseCursor parseDeadLetter parseFigure parseStoredKey parseTargetItem readKey readKeyed readLog',
  'process-items.test.ts': 'judgeHint parseDraft readOnlyStates readState readWatermark readWatermarkByName',
  'byte-readers.test.ts': 'parseRefs readCall readFailedCall',
  'source-events.test.ts': 'readCarried',
  'text-readers.ts': 'parseAddress readCommonDraft readMinute readSeconds',
  'setting-readers.ts': 'judgeDestination',
};

/** Whose input is none of anybody else's. */
const NOT_HOSTILE: Readonly<Record<string, string>> = {
  judgeLease: 'asks about a record that was read already',
  readConfig: 'settings of the deployment: test/config.test.ts',
  readEndpoints: 'settings of the deployment: test/config.test.ts',
  readOpenApi: 'a file of our own bundle',
  readPage: 'the memory store itself',
};

test('every reader of the code is held to hostile input, by itself or through what calls it', () => {
  const readers = ['shared', 'functions']
    .flatMap(sourcesIn)
    .flatMap((text) => [...text.matchAll(READER)].map(([, name]) => name));
  expect(readers.length).toBeGreaterThan(60);
  const fuzz = readdirSync(`${root}test/fuzz`).filter((name) => !name.startsWith('every-reader'));
  const held = fuzz.map((name) => readFileSync(`${root}test/fuzz/${name}`, 'utf8')).join('\n');
  const through = Object.values(THROUGH).join(' ').split(' ');
  const known = new Set([...through, ...Object.keys(NOT_HOSTILE)]);
  const missing = readers.filter((name) => name && !known.has(name) && !new RegExp(`\\b${name}\\b`).test(held));
  expect(missing).toEqual([]);
  expect([...known].filter((name) => !readers.includes(name))).toEqual([]);
  expect(Object.keys(THROUGH).filter((name) => !fuzz.includes(name))).toEqual([]);
});
