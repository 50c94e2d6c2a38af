import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Conformance, conformance } from './conformance.ts';
import { readVectors, VectorsError } from './vectors.ts';

const DEFAULT = join(import.meta.dirname, '../fixtures/flink-vectors.json');

const optionsOf = (args: readonly string[]): { readonly vectors: string; readonly json: boolean } => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { vectors: { type: 'string' }, json: { type: 'boolean' } },
    });
    return { vectors: values.vectors ?? DEFAULT, json: values.json ?? false };
  } catch (error) {
    throw new VectorsError('The options are --vectors FILE and --json.', { cause: error });
  }
};

const show = (result: Conformance): void => {
  console.log(`${result.passed} of ${result.cases} cases pass, ${result.failed.length} fail.`);
  for (const [id, reason] of Object.entries(result.notApplicable)) console.log(`${id}\tnot applicable\t${reason}`);
};

try {
  const { vectors, json } = optionsOf(process.argv.slice(2));
  const result = conformance(readVectors(vectors), (line) => console.error(line));
  if (json) console.log(JSON.stringify(result));
  else show(result);
  if (result.failed.length > 0) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof VectorsError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
