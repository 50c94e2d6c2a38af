import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deployAndRun } from './deploy-run.ts';
import { EndToEndError } from './end-to-end-error.ts';
import { type MiniStack, startMiniStack } from './ministack.ts';
import { grantsPlan, openPlan, type Plan, securedPlan, singlePlan } from './plan.ts';
import { startReceiver } from './receiver.ts';
import { makeReport } from './report.ts';
import { standingTarget, type Target, type TargetName, targetNameOf } from './target.ts';
import { makeTurns } from './turns.ts';
import { makeVirtualEnv } from './virtual-env.ts';

/*
 * `npm run e2e`: deploys the app into the target that E2E_TARGET names and drives it through its API. With `--grants`
 * only what shows that roles need what they have; with `--json` one JSON object on the last line.
 */
const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, grants: { type: 'boolean', default: false } },
});
const { json, grants } = values;
const FOLDER = join(import.meta.dirname, '../../.e2e');
const INTERRUPTED = 130;

const OPEN = { name: 'open', enforcesIam: false, plan: openPlan };
const SECURED = { name: 'secured', enforcesIam: true, plan: securedPlan };
const SECURED_GRANTS = { ...SECURED, plan: grantsPlan };

const startedAt = performance.now();
const report = makeReport((line) => process.stderr.write(`${line}\n`));
const inTurn = makeTurns();
// An emulator of ours ends with us, by its listener for the exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(INTERRUPTED));

try {
  const name = targetNameOf(process.env);
  await (name === 'ministack' ? runOnMiniStack() : runOnStanding(name));
  close(name);
} catch (error) {
  if (!(error instanceof EndToEndError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

/** Two emulators, one that checks rights and one that does not, whose waiting times overlap. */
async function runOnMiniStack(): Promise<void> {
  const requirements = await readFile(join(import.meta.dirname, 'requirements.txt'), 'utf8');
  const command = await makeVirtualEnv(join(FOLDER, 'venv'), requirements.trim());
  // The longest goes first.
  const runs = grants ? [SECURED_GRANTS] : [OPEN, SECURED];
  const underWay: Promise<unknown>[] = [];
  for (const { name, enforcesIam, plan } of runs) {
    const folder = join(FOLDER, name);
    const emulator = await startMiniStack({ command, folder, enforcesIam });
    const whole = run({ name, target: emulator.target, folder, plan });
    underWay.push(whole.then(() => report.check(name, 'ended, with no process left', () => end(emulator))));
  }
  await Promise.all(underWay);
}

async function end(emulator: MiniStack): Promise<string> {
  if (await emulator.stop()) return 'the process group of the emulator is gone';
  throw new Error('a process of the emulator is left');
}

async function runOnStanding(name: Exclude<TargetName, 'ministack'>): Promise<void> {
  const target = standingTarget(name, process.env);
  if (grants && !target.enforcesIam)
    throw new EndToEndError(`--grants needs a target that checks rights; see E2E_AUTH.`);
  await run({ name, target, folder: join(FOLDER, name), plan: grants ? grantsPlan : singlePlan(target.enforcesIam) });
}

type Run = { readonly name: string; readonly target: Target; readonly folder: string; readonly plan: Plan };

async function run({ plan, ...rest }: Run): Promise<void> {
  const { E2E_RECEIVER_URL: publicUrl, E2E_RECEIVER_PORT: port = '0' } = process.env;
  if (rest.target.name === 'aws' && !publicUrl) {
    throw new EndToEndError(
      'E2E_TARGET=aws needs E2E_RECEIVER_URL, a public https address that leads to E2E_RECEIVER_PORT of this machine.',
    );
  }
  const receiver = await startReceiver({ port: Number(port), publicUrl });
  await deployAndRun({ ...rest, receiver, report, scenarios: plan, inTurn });
  await receiver.close();
}

function close(target: TargetName): void {
  const { rows } = report;
  const passed = rows.filter((row) => row.passed).length;
  const failed = rows.length - passed;
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.table(rows.map(({ passed: isGood, ...row }) => ({ result: isGood ? 'passed' : 'FAILED', ...row })));
  console.log(`${seconds} s`);
  console.log(`${passed} passed, ${failed} failed`);
  if (json) console.log(JSON.stringify({ target, seconds, passed, failed, checks: rows }));
  if (failed > 0) process.exitCode = 1;
}
