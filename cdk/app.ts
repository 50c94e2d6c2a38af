import { App } from 'aws-cdk-lib';
import { addMeridian, chooseDeployAs } from './meridian-app.ts';
import { chooseStage } from './stage.ts';

const app = new App();
const said = (name: string) => app.node.tryGetContext(name);
const stage = chooseStage({
  stage: said('stage'),
  auth: said('auth'),
  requireTls: said('requireTls'),
  processes: said('processes'),
});
addMeridian(app, stage, chooseDeployAs(said('deployAs')));
