import { describe, expect, it } from 'vitest';
import { checkStage } from '../../cdk/check-stage.ts';
import { chooseStage } from '../../cdk/stage.ts';
import { all, synthesize } from './templates.ts';

const stage = chooseStage({ processes: 'examples/processes.ts' });
const templates = synthesize(stage);
const { stateless } = templates;

const functionsOf = (prefix: string) =>
  all(stateless, 'AWS::Lambda::Function').filter(({ id }) => id.startsWith(prefix));

describe('a stage with process functions', () => {
  it('has a function behind their queue and one behind their routes, and nothing to object to', () => {
    expect([functionsOf('ProcessesProcess').length, functionsOf('ProcessesElements').length]).toEqual([1, 1]);
    expect(all(stateless, 'AWS::ApiGatewayV2::Route').map(({ props }) => props.RouteKey)).toContain(
      'POST /v1/processes/{proxy+}',
    );
    expect(templates.violations).toEqual([]);
  });

  it('is refused in one sentence where there is no such file', () => {
    expect(() => checkStage({ ...stage, processes: './nowhere.ts' })).toThrow(
      'Stage "dev" has its processes in ./nowhere.ts, where there is no file.',
    );
  });
});
