import { loadProcesses } from '../shared/local/load-processes.ts';
import { startLocal } from '../shared/local/start-local.ts';
import type { Insight } from './runtime-child.ts';

/*
 * The local runtime with the consumed capacity of its store beside it: `node measured-runtime.ts DIR [PROCESSES]` prints where it
 * is, as `npm start -- --json` does, and answers every message of its parent with its figures so far.
 */

const [dataDir, processes] = process.argv.slice(2);
const READS = new Set(['get', 'getMany', 'query']);
const writeUnits: Record<string, number> = {};

const runtime = await startLocal({
  ...(dataDir === undefined ? {} : { dataDir }),
  ...(processes === undefined ? {} : { processes: await loadProcesses(processes) }),
  onCapacity: (operation, table, units) => {
    if (READS.has(operation)) return;
    const name = `${operation} ${table}`;
    writeUnits[name] = (writeUnits[name] ?? 0) + units;
  },
});

process.on('message', () => {
  const insight: Insight = { writeUnits };
  process.send?.(insight);
});
process.on('SIGTERM', async () => {
  await runtime.stop();
  process.exit();
});
process.stdout.write(`${JSON.stringify({ url: runtime.url, dynamoEndpoint: runtime.dynamoEndpoint })}\n`);
