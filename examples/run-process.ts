import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalRuntime, startLocal } from '../shared/local/start-local.ts';
import { type ProcessSample, SAMPLES } from './process-samples.ts';
import { processes } from './processes.ts';

const [name = ''] = process.argv.slice(2);
const sample = SAMPLES[name];

if (sample) await run(sample);
else {
  process.stderr.write(`There is no program "${name}"; give one of ${Object.keys(SAMPLES).join(', ')}.\n`);
  process.exitCode = 1;
}

/** Runs one program on the local stack, in memory: feeds its sample over HTTP and prints what arrives at a receiver. */
async function run(fed: ProcessSample): Promise<void> {
  let rows = 0;
  const runtime = await startLocal({
    processes,
    onEcho: ({ body }) => {
      rows += 1;
      process.stdout.write(`${body}\n`);
    },
  });
  const elements = fed.elements(Date.now());
  const took = await post(runtime, 'elements', elements);
  if (fed.watermark !== undefined) await post(runtime, 'watermark', { partition: 'http', watermark: fed.watermark });
  process.stderr.write(`${name} took ${took}; waiting ${fed.waitSeconds} s for what comes of it.\n`);
  await sleep(fed.waitSeconds * 1000);
  process.stderr.write(`${rows} arrived.\n`);
  await runtime.stop();
}

async function post({ url }: LocalRuntime, what: string, body: unknown): Promise<string> {
  const answer = await fetch(`${url}/v1/processes/${name}/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`Meridian answered ${answer.status}: ${text}`);
  return text;
}
