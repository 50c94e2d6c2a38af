import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { conformance } from './conformance.ts';
import { readVectors } from './vectors.ts';

const DEFAULT = join(import.meta.dirname, '../fixtures/flink-vectors.json');

const { values } = parseArgs({ options: { vectors: { type: 'string' }, json: { type: 'boolean' } } });
const result = conformance(readVectors(values.vectors ?? DEFAULT), (line) => console.error(line));
if (values.json) console.log(JSON.stringify(result));
else {
  console.log(`${result.passed} of ${result.cases} cases pass, ${result.failed.length} fail.`);
  for (const [id, reason] of Object.entries(result.notApplicable)) console.log(`${id}\tnot applicable\t${reason}`);
}
if (result.failed.length > 0) process.exitCode = 1;
