import { posix } from 'node:path';
import { clean, type Planted, type Suite, violation } from './planted.ts';

const BELOW_APP = ['shared/core', 'shared/ports'];
const BELOW_ADAPTERS = [...BELOW_APP, 'shared/app'];
const ADAPTERS = ['shared/aws', 'shared/aws/dynamo/tables.ts', 'shared/memory', 'shared/channels', 'shared/api'];
const TELEMETRY = ['shared/telemetry', 'shared/telemetry.ts'];
const WIRING = ['shared/config.ts', 'shared/compose.ts', ...TELEMETRY];
const BELOW_FUNCTIONS = [...BELOW_ADAPTERS, ...ADAPTERS, ...WIRING];
const OUTSIDE = ['cdk', 'test', 'bench', 'examples'];
const SDK = ['@aws-sdk/client-sqs', '@smithy/types'];
const PURE_PACKAGES = ['temporal-polyfill/fns/Instant', 'ipaddr.js'];
const PACKAGES = [...PURE_PACKAGES, 'temporal-polyfill', 'valibot', 'node:crypto'];
const EVERYTHING = [...BELOW_FUNCTIONS, 'functions', 'shared/local', ...OUTSIDE, ...SDK, ...PACKAGES];

/** What each folder may import besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'shared/core': PURE_PACKAGES,
  'shared/ports': ['shared/core'],
  'shared/app': [...BELOW_APP, ...PACKAGES],
  'shared/aws': [...BELOW_ADAPTERS, 'shared/aws/dynamo/tables.ts', 'shared/config.ts', ...PACKAGES, ...SDK],
  'shared/memory': [...BELOW_ADAPTERS, 'shared/config.ts', ...PACKAGES],
  'shared/channels': [...BELOW_ADAPTERS, 'shared/config.ts', ...PACKAGES],
  'shared/api': [...BELOW_ADAPTERS, 'shared/config.ts', ...PACKAGES],
  'shared/telemetry': [...BELOW_ADAPTERS, 'shared/config.ts', ...PACKAGES],
  shared: [...BELOW_FUNCTIONS, ...PACKAGES],
  functions: [...BELOW_FUNCTIONS, ...PACKAGES],
  'shared/local': [...BELOW_FUNCTIONS, 'functions', ...PACKAGES],
  cdk: ['shared/config.ts', 'shared/ports/telemetry.ts', 'shared/aws/dynamo/tables.ts', ...PACKAGES],
  test: EVERYTHING,
  bench: EVERYTHING,
  examples: EVERYTHING.filter((target) => !SDK.includes(target)),
};

export const importDirections: Suite = {
  title: 'import directions',
  planted: [
    ...Object.keys(MAY_IMPORT).flatMap((folder) => EVERYTHING.flatMap((target) => importsOf(folder, target))),
    violation(
      'shared/core/imports-lazily.ts',
      'noRestrictedImports',
      "export const load = () => import('../aws/planted.ts');\n",
    ),
    violation(
      'shared/app/types-inline.ts',
      'no-inline-import-type',
      "export type Sent = import('../aws/planted.ts').Sent;\n",
    ),
  ],
};

/** A value import from the folder itself and a type import from a folder within: neither may be a way round. */
function importsOf(folder: string, target: string): Planted[] {
  const name = `imports-${target.replaceAll(/[^a-z]+/g, '-').replace(/^-/, '')}.ts`;
  const near = `${folder}/${name}`;
  const judge = (path: string, source: string) =>
    folder === target || MAY_IMPORT[folder]?.includes(target)
      ? clean(path, source)
      : violation(path, 'noRestrictedImports', source);
  const value = judge(near, `import { planted } from '${specifier(near, target)}';\n\nexport const used = planted;\n`);
  // Below `shared` a folder is a layer of its own.
  if (folder === 'shared') return [value];
  const deep = `${folder}/within/${name}`;
  const type = `import type { Planted } from '${specifier(deep, target)}';\n\nexport type Used = Planted;\n`;
  return [value, judge(deep, type)];
}

function specifier(from: string, target: string): string {
  if (SDK.includes(target) || PACKAGES.includes(target)) return target;
  const file = target.endsWith('.ts') ? target : `${target}/planted.ts`;
  const path = posix.relative(posix.dirname(from), file);
  return path.startsWith('.') ? path : `./${path}`;
}
