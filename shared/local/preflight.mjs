/**
 * Runs first in every npm script, on whatever Node the machine has: the rest needs Node 24, which npm installs for us.
 * Plain JavaScript without dependencies, because there may be none yet. Standard output belongs to the script.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_BOOTSTRAP_MAJOR = 20;
const OLDEST_RUNTIME = [24, 16];
const INTERRUPTED = 130;

const root = fileURLToPath(new URL('../../', import.meta.url));
const runtime = join(root, 'node_modules', '.bin', 'node');

checkBootstrap(process.versions.node);
if (!isInstalled()) install();
checkRuntime();

/** @param {string} version of the Node that runs this file */
function checkBootstrap(version) {
  if (Number.parseInt(version, 10) >= OLDEST_BOOTSTRAP_MAJOR) return;
  stop(
    `Meridian needs Node ${OLDEST_BOOTSTRAP_MAJOR} or newer to install itself, and this is Node ${version}: install a newer one.`,
  );
}

/** Whether node_modules holds what package-lock.json asks for; npm may leave out what is optional. */
function isInstalled() {
  const wanted = lockedPackages('package-lock.json');
  const present = lockedPackages('node_modules/.package-lock.json');
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    const found = present[path];
    if (!found) return path === '' || optional === true;
    return found.version === version && found.integrity === integrity;
  });
}

/** @param {string} path of a lock file; npm writes the one in node_modules last, so an unfinished install has none */
function lockedPackages(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function install() {
  process.stderr.write('Installing the dependencies, which takes about a minute the first time.\n');
  const [command, ...args] = [...npm(), 'ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const stdio = ['inherit', process.stderr.fd, 'inherit'];
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio });
  if (signal) process.exit(INTERRUPTED);
  if (error) stop(`npm cannot be started (${error.message}): install it, then try again.`);
  if (status !== 0) stop(`npm ci failed with status ${status}: see its message above, then try again.`);
}

/** The npm that started us, on its own Node: the one first in PATH may be ours, which the install replaces. */
function npm() {
  const { npm_node_execpath: node, npm_execpath: cli } = process.env;
  return node && cli?.endsWith('npm-cli.js') ? [node, cli] : ['npm'];
}

function checkRuntime() {
  const { stdout, error } = spawnSync(runtime, ['--version'], { encoding: 'utf8' });
  if (error || !stdout) {
    stop(
      `Meridian's own Node (node_modules/.bin/node) is missing or does not run; --ignore-scripts leaves it out: ` +
        `run "npm rebuild node --ignore-scripts=false", then try again.`,
    );
  }
  const [major, minor] = stdout.slice(1).split('.').map(Number);
  if (major > OLDEST_RUNTIME[0] || (major === OLDEST_RUNTIME[0] && minor >= OLDEST_RUNTIME[1])) return;
  const oldest = OLDEST_RUNTIME.join('.');
  stop(`Meridian's own Node (node_modules/.bin/node) is ${stdout.trim()}, but ${oldest} is needed: run "npm ci".`);
}

/** @param {string} sentence what is wrong and what to do */
function stop(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
