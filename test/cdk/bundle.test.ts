import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { addMeridian } from '../../cdk/meridian-app.ts';
import { chooseStage } from '../../cdk/stage.ts';
import { SOURCES_ENV } from '../../shared/config.ts';
import { API_KEYS, loadBundle } from './load-bundle.ts';
import { SOURCES } from './source-checks.ts';
import type { Template } from './templates.ts';
import { all } from './templates.ts';

/** A cold start reads, parses and runs every byte; `npm run bench -- cold` says how long that takes. */
const MAX_BUNDLE_BYTES = 450_000;
/** With the definitions of the samples in it. */
const MAX_PROCESS_BUNDLE_BYTES = 500_000;

it('the bundles that are deployed have at most 450 kB, those of process functions 500, and load by themselves, with nothing but the environment of the functions', async () => {
  // The rules are about templates, and `template.test.ts` asks them.
  const app = new App({ builtinCloudFormationValidation: false });
  const stage = chooseStage({ processes: 'examples/processes.ts' });
  addMeridian(app, { ...stage, sources: SOURCES, auth: { apiKeys: API_KEYS } });
  const assembly = app.synth();
  const { template } = assembly.getStackByName('meridian-dev-stateless') as { template: Template };
  const functions = all(template, 'AWS::Lambda::Function');
  expect(functions).toHaveLength(7);
  for (const { id, props } of functions) {
    const bundle = join(assembly.directory, `asset.${props.Code.S3Key.replace('.zip', '')}`, 'index.js');
    const isIngest = id.startsWith('Ingest');
    const most = id.startsWith('Processes') ? MAX_PROCESS_BUNDLE_BYTES : MAX_BUNDLE_BYTES;
    expect((await stat(bundle)).size, id).toBeLessThanOrEqual(most);
    const { [SOURCES_ENV.sources]: routes } = props.Environment.Variables;
    const loaded = await loadBundle(bundle, isIngest, routes && { [SOURCES_ENV.sources]: routes });
    expect(loaded).toEqual({ type: 'function', statuses: isIngest ? [404, 200] : [] });
  }
}, 60_000);
