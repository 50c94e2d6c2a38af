import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const PACKAGE = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));

/**
 * Debian's shell stays between npm and a command without `exec`: Ctrl-C then ends in status 130 although the command
 * ended cleanly, and SIGTERM to npm leaves the command running. `node` would be the one that the shell looked up before
 * the install, so the runtime is named by its path.
 */
const SCRIPT = /^node shared\/local\/preflight\.mjs && (?:[^&]+ && )*exec (?!node\b)[^&|;]+$/;

it.each(Object.entries(PACKAGE.scripts))('npm run %s is checked first, and gets its signals itself', (_, command) => {
  expect(command).toMatch(SCRIPT);
});

it.each(['pre', 'post'])('no script hides in a %s hook, which npm leaves out with ignore-scripts', (prefix) => {
  const names = Object.keys(PACKAGE.scripts);
  expect(names.filter((name) => names.some((other) => name === `${prefix}${other}`))).toEqual([]);
});
