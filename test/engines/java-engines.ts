import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type JavaEngines = {
  readonly dynamoEndpoint: string;
  readonly sqsEndpoint: string;
  /** Ends the process of both, and waits for its end. */
  close(): Promise<void>;
};

const HERE = import.meta.dirname;
const POM = join(HERE, 'pom.xml');
const JARS = join(HERE, 'lib');
/** Says which pom the jars are those of; written when all are there. */
const FETCHED = join(JARS, 'fetched-for');

const START_WITHIN_MS = 120_000;
/** Of what the engines write, in case they do not start. */
const KEPT_LINES = 40;

/** A sentence about what is missing on this machine; `undefined` where the engines can run. */
export function missingForEngines(): string | undefined {
  const needed = areFetched() ? ['java', 'javac'] : ['java', 'javac', 'mvn'];
  const missing = needed.filter((command) => spawnSync(command, ['-version']).error !== undefined);
  if (missing.length === 0) return undefined;
  return (
    `The contract suites run on DynamoDB Local and ElasticMQ, which take a JDK (17 or newer) and Maven, and ` +
    `${missing.join(' and ')} cannot be started here: install them (on Debian: apt-get install default-jdk-headless ` +
    `maven), then try again.`
  );
}

/** Fetches the jars with Maven, where those of this very pom are not there yet: 87 MB. Throws where that fails. */
export function fetchJars(): void {
  if (areFetched()) return;
  rmSync(JARS, { recursive: true, force: true });
  process.stderr.write('Fetching DynamoDB Local and ElasticMQ, which takes about a minute the first time.\n');
  const { fd } = process.stderr;
  const args = ['-B', '-ntp', '-q', '-f', POM, 'dependency:copy-dependencies'];
  const { status, signal } = spawnSync('mvn', args, { stdio: ['ignore', fd, fd] });
  if (status !== 0) throw new Error(`Maven failed (${signal ?? `status ${status}`}): see its message above.`);
  writeFileSync(FETCHED, hashOfPom());
}

const areFetched = (): boolean => existsSync(FETCHED) && readFileSync(FETCHED, 'utf8') === hashOfPom();

const hashOfPom = (): string => createHash('sha256').update(readFileSync(POM)).digest('hex');

/** Starts both engines in a process of Java, in memory, on free ports of 127.0.0.1. */
export async function startJavaEngines(): Promise<JavaEngines> {
  const args = [
    '-XX:+UseSerialGC',
    '-Xmx512m',
    `-Dconfig.file=${join(HERE, 'elasticmq.conf')}`,
    ...['-cp', join(JARS, '*'), join(HERE, 'LoopbackEngines.java')],
  ];
  const child = spawn('java', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const close = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  try {
    const [, dynamoPort, sqsPort] = await portsOf(child, ended);
    return { dynamoEndpoint: `http://127.0.0.1:${dynamoPort}`, sqsEndpoint: `http://127.0.0.1:${sqsPort}`, close };
  } catch (error) {
    child.kill('SIGKILL');
    await ended;
    throw error;
  }
}

async function portsOf(child: ChildProcess, ended: Promise<unknown>): Promise<RegExpExecArray> {
  const { promise, resolve } = Promise.withResolvers<RegExpExecArray>();
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    // Read to the end: a full pipe would stop the engines.
    createInterface({ input: stream as NodeJS.ReadableStream }).on('line', (line) => {
      if (lines.push(line) > KEPT_LINES) lines.shift();
      const listening = /^listening (\d+) (\d+)$/.exec(line);
      if (listening) resolve(listening);
    });
  }
  const fail = (why: string) => new Error(`The engines ${why}. They said:\n${lines.join('\n')}`);
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(() => timer.reject(fail('did not start in two minutes')), START_WITHIN_MS);
  const early = ended.then(() => Promise.reject(fail('ended before they listened')));
  try {
    return await Promise.race([promise, timer.promise, early]);
  } finally {
    clearTimeout(timeout);
    early.catch(() => undefined);
  }
}
