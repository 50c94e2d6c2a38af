/**
 * Writes shared/core/time/zone-names.ts. Run it with a Node that has the wanted tz database, and the directory of a
 * compiled tz database (for `tzdata.zi` and `zone.tab`): `node test/core/time/make-zone-names.ts DIRECTORY`.
 *
 * Which names mean the same zone is asked of Node's Intl, whose own canonical names are the old ones. Today's name of
 * such a group is the one in `zone.tab`; the groups without one are UTC and the fixed zones `Etc/GMT±n`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names that the tz database once had and that old devices still send. */
const REMOVED_FROM_TZ = ['Canada/East-Saskatchewan', 'US/Pacific-New'];
const LINE_WIDTH = 110;

const namesOfTz = (directory: string): string[] =>
  readFileSync(join(directory, 'tzdata.zi'), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [kind, first, second] = line.split(' ');
      if (kind === 'Z' && first !== undefined) return [first];
      return kind === 'L' && second !== undefined ? [second] : [];
    });

const todaysNames = (directory: string): Set<string> =>
  new Set(
    readFileSync(join(directory, 'zone.tab'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .flatMap((line) => line.split('\t')[2] ?? []),
  );

const nameInIntl = (name: string): string | undefined => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
};

const groupsOf = (names: Iterable<string>): Map<string, string[]> => {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const inIntl = nameInIntl(name);
    if (inIntl !== undefined) groups.set(inIntl, [...(groups.get(inIntl) ?? []), name]);
  }
  return groups;
};

const wrapped = (words: readonly string[]): string => {
  const lines = [''];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (line.length + 1 + word.length > LINE_WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
};

const directory = process.argv[2];
if (directory === undefined) throw new Error('Name the directory that holds tzdata.zi and zone.tab.');
const today = todaysNames(directory);
const allNames = new Set([...namesOfTz(directory), ...Intl.supportedValuesOf('timeZone'), ...REMOVED_FROM_TZ]);
const words = [...groupsOf(allNames)].map(([inIntl, names]) => {
  const listed = names.filter((name) => today.has(name));
  if (listed.length > 1) throw new Error(`${listed.join(', ')} are one zone to Intl and several in zone.tab.`);
  const name = listed[0] ?? inIntl;
  return [name, ...names.filter((other) => other !== name).sort()].join('=');
});

writeFileSync(
  new URL('../../../shared/core/time/zone-names.ts', import.meta.url),
  `// Made by test/core/time/make-zone-names.ts from tz ${process.versions.tz}; change it there.

/** Every accepted name, one group a zone: \`today's name=alias=alias…\`. */
export const zoneNames = \`
${wrapped(words.sort())}
\`;
`,
);
