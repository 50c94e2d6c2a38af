import { parseArgs } from 'node:util';
import { App } from 'aws-cdk-lib';
import { addMeridian } from '../../cdk/meridian-app.ts';
import { addFeed } from './feed.ts';
import { stageOf } from './stage.ts';

/*
 * The app of `cdk deploy` with the stage of the test: `node app.ts --shards N`; with `--plain` for an emulator that
 * checks rights, but speaks no TLS and does not let the roles of its bootstrap do what they are for.
 */
const { values } = parseArgs({ options: { shards: { type: 'string' }, plain: { type: 'boolean', default: false } } });
const { shards, plain } = values;
const app = new App();
const stage = stageOf(Number(shards), { requireTls: !plain });
const deployAs = plain ? 'caller' : 'bootstrap';
addMeridian(app, { ...stage, sources: [addFeed(app, stage, deployAs)] }, deployAs);
