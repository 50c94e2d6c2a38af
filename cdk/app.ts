import { App } from 'aws-cdk-lib';
import { addMeridian } from './meridian-app.ts';
import { chooseStage } from './stage.ts';

const app = new App();
const stage = chooseStage({ stage: app.node.tryGetContext('stage'), auth: app.node.tryGetContext('auth') });
addMeridian(app, stage);
