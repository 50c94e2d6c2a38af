import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PREFLIGHT = 'shared/local/preflight.mjs';
const RUNTIME = 'node_modules/.bin/node';
const INSTALLED = 'node_modules/.package-lock.json';

const LOCKED = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/b': { version: '2.0.0', integrity: 'sha512-b', optional: true },
};

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'meridian-preflight-'));
  write(PREFLIGHT, readFileSync(join(import.meta.dirname, '../..', PREFLIGHT), 'utf8'));
  lock('package-lock.json', LOCKED);
});

afterEach(() => rmSync(root, { recursive: true }));

describe('the install', () => {
  it.each([
    ['there is none', () => rmSync(join(root, 'node_modules'), { recursive: true })],
    ['it did not finish', () => rmSync(join(root, INSTALLED))],
    [
      'another version is installed',
      () => lock(INSTALLED, { ...LOCKED, 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }),
    ],
    [
      'the same version has another content',
      () => lock(INSTALLED, { ...LOCKED, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' } }),
    ],
    ['a package is missing', () => lock(INSTALLED, { 'node_modules/b': LOCKED['node_modules/b'] })],
  ])('runs when %s', (_, spoil) => {
    install('v24.21.0');
    spoil();
    const { status, stdout, stderr, npm } = preflight();
    expect(npm).toEqual(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toContain('Installing the dependencies');
    expect(stderr).toContain('added 188 packages');
  });

  it.each([
    ['everything is there', LOCKED],
    ['only an optional package is missing', { 'node_modules/a': LOCKED['node_modules/a'] }],
  ])('is left out when %s', (_, packages) => {
    install('v24.21.0');
    lock(INSTALLED, packages);
    expect(preflight()).toEqual({ status: 0, stdout: '', stderr: '', npm: undefined });
  });

  it('that fails stops with one sentence after the message of npm', () => {
    expect(preflight({ npmStatus: 7 })).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/added 188 packages\nnpm ci failed with status 7: .*try again\.\n$/),
    });
  });
});

describe('the runtime', () => {
  it.each([
    ['--ignore-scripts left out', () => rmSync(join(root, RUNTIME))],
    ['does not run here', () => writeFileSync(join(root, RUNTIME), '#!/bin/sh\nexit 127\n')],
  ])('that %s is named, with the command that brings it', (_, spoil) => {
    install('v24.21.0');
    spoil();
    const { status, stdout, stderr } = preflight();
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^Meridian's own Node .* is missing.*"npm rebuild node --ignore-scripts=false".*\n$/);
  });

  it.each(['v24.15.9', 'v22.99.0'])('%s is too old', (version) => {
    install(version);
    const { status, stderr } = preflight();
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^Meridian's own Node .* is ${version}, but 24\\.16 is needed: .*\\n$`));
  });

  it.each(['v24.16.0', 'v25.0.0'])('%s is new enough', (version) => {
    install(version);
    expect(preflight().status).toBe(0);
  });

  it('that starts us may be Node 20, not older', () => {
    install('v24.21.0');
    expect(preflight({ startedBy: '20.0.0' }).status).toBe(0);
    expect(preflight({ startedBy: '19.9.0' })).toMatchObject({
      status: 1,
      stderr: 'Meridian needs Node 20 or newer to install itself, and this is Node 19.9.0: install a newer one.\n',
    });
  });
});

type Settings = { readonly npmStatus?: number; readonly startedBy?: string };

/** Runs the preflight with an npm of ours, which takes note of its arguments and installs a good runtime. */
function preflight({ npmStatus = 0, startedBy = '20.9.0' }: Settings = {}) {
  const notes = join(root, 'npm-arguments.json');
  const cli = join(root, 'npm-cli.js');
  write('good-node', '#!/bin/sh\necho v24.21.0\n');
  writeFileSync(
    cli,
    `const fs = require('node:fs');
     fs.writeFileSync(${JSON.stringify(notes)}, JSON.stringify(process.argv.slice(2)));
     fs.mkdirSync('node_modules/.bin', { recursive: true });
     fs.copyFileSync('good-node', '${RUNTIME}');
     fs.chmodSync('${RUNTIME}', 0o755);
     console.log('added 188 packages');
     process.exitCode = ${npmStatus};`,
  );
  const asIf = `data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"${startedBy}"}})`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', asIf, PREFLIGHT], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: '/nowhere:/usr/bin:/bin', npm_execpath: cli, npm_node_execpath: process.execPath },
  });
  return { status, stdout, stderr, npm: existsSync(notes) ? JSON.parse(readFileSync(notes, 'utf8')) : undefined };
}

function install(version: string): void {
  write(RUNTIME, `#!/bin/sh\necho ${version}\n`);
  chmodSync(join(root, RUNTIME), 0o755);
  lock(INSTALLED, LOCKED);
}

function lock(path: string, packages: object): void {
  write(path, JSON.stringify({ packages }));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
