import { fetchJars, missingForEngines, startJavaEngines } from './java-engines.ts';

/**
 * Starts the engines of the contract suites and names them to the suites. Does nothing where an endpoint is named
 * already. Where they cannot run, the suites are skipped with a sentence; CI installs what they need and takes no skip.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.MERIDIAN_TEST_ENDPOINT) return undefined;
  const missing = missingForEngines();
  if (missing !== undefined) {
    if (process.env.CI) throw new Error(missing);
    process.stderr.write(`\nSKIPPED: ${missing}\n\n`);
    return undefined;
  }
  fetchJars();
  const engines = await startJavaEngines();
  process.env.MERIDIAN_TEST_ENDPOINT = `${engines.dynamoEndpoint},${engines.sqsEndpoint}`;
  return engines.close;
}
