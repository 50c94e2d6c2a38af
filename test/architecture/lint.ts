import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Planted } from './planted.ts';

const ROOT = join(import.meta.dirname, '../..');
const BIOME = join(ROOT, 'node_modules/.bin/biome');
const PLUGINS = '.biome';

type Diagnostic = {
  readonly severity: string;
  readonly category: string;
  readonly message: string;
  readonly location: { readonly path: string };
};

type Report = { readonly diagnostics: readonly Diagnostic[] };

/** What `npm run check` makes of a tree: the rules that a file breaks, with the severity where it is not error. */
export type Verdict = { readonly exitCode: number | null; rulesOf(path: string): string[] };

/** Lints the files in a directory of their own, with the project's configuration and the arguments of `npm run check`. */
export function lint(planted: readonly Planted[]): Verdict {
  const tree = mkdtempSync(join(tmpdir(), 'meridian-architecture-'));
  try {
    for (const part of ['biome.json', '.gitignore', PLUGINS])
      cpSync(join(ROOT, part), join(tree, part), { recursive: true });
    for (const { path, source } of planted) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), source);
    }
    return check(tree);
  } finally {
    rmSync(tree, { recursive: true });
  }
}

function check(tree: string): Verdict {
  const args = [...checkArguments(), '--reporter=json', '--max-diagnostics=none'];
  const { status, stdout, stderr } = spawnSync(BIOME, args, { cwd: tree, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (!stdout.startsWith('{')) throw new Error(`Biome reported nothing: ${stderr}`);
  const { diagnostics }: Report = JSON.parse(stdout);
  const plugins = pluginMessages();
  const rules = Map.groupBy(diagnostics, ({ location }) => location.path);
  const ruleName = ({ severity, category, message }: Diagnostic) => {
    const name = category === 'plugin' ? (plugins.get(message) ?? message) : basename(category);
    return severity === 'error' ? name : `${name} as ${severity}`;
  };
  return { exitCode: status, rulesOf: (path) => [...new Set(rules.get(path)?.map(ruleName))].sort() };
}

/** As `npm run check` calls Biome, so that a flag which is dropped there is missing here. */
function checkArguments(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { check: string } };
  return scripts.check.split('biome ')[1]?.split(' ') ?? [];
}

/** Biome reports every Grit plugin under one category: the message tells which one spoke. */
function pluginMessages(): Map<string, string> {
  const messageOf = (file: string) =>
    /message\s*=\s*"([^"]+)"/.exec(readFileSync(join(ROOT, PLUGINS, file), 'utf8'))?.[1] ?? '';
  return new Map(readdirSync(join(ROOT, PLUGINS)).map((file) => [messageOf(file), basename(file, '.grit')]));
}

/** The names of all rules that biome.json turns on, and of its plugins. */
export function configuredRules(): string[] {
  const config = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'));
  const { preset: _, ...groups } = config.linter.rules as Record<string, Record<string, unknown>>;
  const plugins = (config.plugins as (string | { path: string })[]).map((plugin) =>
    basename(typeof plugin === 'string' ? plugin : plugin.path, '.grit'),
  );
  return [...Object.values(groups).flatMap((group) => Object.keys(group)), ...plugins];
}
