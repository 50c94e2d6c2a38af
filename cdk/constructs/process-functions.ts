import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stack } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct } from 'constructs';
import { SOURCES_ENV } from '../../shared/config.ts';
import { grantTables, type ProcessFunctionName } from '../grants.ts';
import { routesOf } from '../process-source.ts';
import type { StageSettings } from '../stage.ts';
import type { FrontDoor } from './front-door.ts';
import type { Lanes } from './lanes.ts';
import { nodeFunction } from './node-function.ts';
import { INGEST, SEND, SOURCE } from './sizes.ts';
import { Sources } from './sources.ts';
import type { Tables } from './tables.ts';

export type ProcessFunctionsProps = {
  readonly stage: StageSettings;
  /** The module that exports the process functions. */
  readonly definitions: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly tables: Tables;
  readonly frontDoor: FrontDoor;
  /** Of messages: outputs leave as such. */
  readonly sending: Lanes;
  /** Of process functions. */
  readonly lanes: Lanes;
};

const COMPOSERS: Readonly<Record<ProcessFunctionName, string>> = {
  process: 'composeProcessFunction',
  elements: 'composeElementsFunction',
  source: 'composeSourceFunction',
};

const IDS: Readonly<Record<ProcessFunctionName, string>> = {
  process: 'Process',
  elements: 'Elements',
  source: 'Source',
};

const pathOf = (path: string): string => fileURLToPath(new URL(`../../functions/process/${path}`, import.meta.url));

/** In the package all but the definitions is one file; in the repository there is its source. */
const IN_PACKAGE = existsSync(pathOf('compose.mjs'));
const COMPOSITION = pathOf(IN_PACKAGE ? 'compose.mjs' : 'compose-process-functions.ts');

const METHODS = [HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PUT, HttpMethod.POST, HttpMethod.DELETE];

/** Where the packages of the project are, ours or the user's: the bundler takes entries below the project's root only. */
function cacheFolder(definitions: string): string {
  const above = (folder: string): string => {
    const modules = join(folder, 'node_modules');
    return existsSync(modules) || folder === dirname(folder) ? modules : above(dirname(folder));
  };
  const folder = join(above(IN_PACKAGE ? dirname(definitions) : dirname(COMPOSITION)), '.cache', 'meridian');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A function is its composition with the definitions of the user: an entry that joins the two, for the bundler. */
function writeEntry(name: ProcessFunctionName, definitions: string): string {
  const file = resolve(definitions);
  const folder = mkdtempSync(join(cacheFolder(file), `${name}-`));
  const entry = join(folder, 'handler.ts');
  const imports = [
    `import * as definitions from ${JSON.stringify(file)};`,
    `import { ${COMPOSERS[name]} } from ${JSON.stringify(COMPOSITION)};`,
  ];
  writeFileSync(entry, `${imports.join('\n')}\nexport const handler = ${COMPOSERS[name]}(definitions);\n`);
  return entry;
}

/** Process functions: their routes of the API, what comes due of their timers, and what feeds them. */
export class ProcessFunctions extends Construct {
  readonly process: NodejsFunction;
  readonly elements: NodejsFunction;
  /** Where the stage names sources. */
  readonly source?: NodejsFunction;
  readonly lanes: Lanes;

  constructor(scope: Construct, id: string, props: ProcessFunctionsProps) {
    super(scope, id);
    const { stage, environment, tables, frontDoor, definitions, lanes } = props;
    this.lanes = lanes;
    const make = (name: ProcessFunctionName, size: typeof SEND, feedsItself: boolean): NodejsFunction => {
      const entry = writeEntry(name, definitions);
      const made = nodeFunction(this, IDS[name], {
        ...{ name, stage, environment, entry, feedsItself },
        ...size,
      });
      grantTables(name, made, tables);
      lanes.grantSend(made);
      props.sending.grantSend(made);
      return made;
    };
    this.process = make('process', SEND, true);
    this.elements = make('elements', INGEST, false);
    lanes.feed(this.process, stage.sendersPerLane);
    const integration = new HttpLambdaIntegration('Elements', this.elements);
    for (const path of ['/v1/processes', '/v1/processes/{proxy+}']) {
      frontDoor.httpApi.addRoutes({ path, methods: METHODS, integration });
    }
    const { sources = [] } = stage;
    if (sources.length === 0) return;
    this.source = make('source', SOURCE, false);
    this.source.addEnvironment(SOURCES_ENV.sources, Stack.of(this).toJsonString(routesOf(sources)));
    new Sources(this, 'Sources', { stage, sources, worker: this.source });
  }
}
