import { describe, expect, it } from 'vitest';
import { checkStage } from '../../cdk/check-stage.ts';
import { chooseStage } from '../../cdk/stage.ts';
import { ENV } from '../../shared/config.ts';
import { all, synthesize } from './templates.ts';

const stage = chooseStage({ processes: 'examples/processes.ts' });
const templates = synthesize(stage);
const { stateless } = templates;

const functionsOf = (prefix: string) =>
  all(stateless, 'AWS::Lambda::Function').filter(({ id }) => id.startsWith(prefix));

const lanes = all(stateless, 'AWS::SQS::Queue').filter(({ id }) => /^ProcessLanesLane/.test(id));

describe('a stage with process functions', () => {
  it('has a function behind their queue and one behind their routes, and nothing to object to', () => {
    expect([functionsOf('ProcessesProcess').length, functionsOf('ProcessesElements').length]).toEqual([1, 1]);
    expect(all(stateless, 'AWS::ApiGatewayV2::Route').map(({ props }) => props.RouteKey)).toContain(
      'POST /v1/processes/{proxy+}',
    );
    expect(templates.violations).toEqual([]);
  });

  it('F16 gives their lanes dead letters, and fails a pointer by itself', () => {
    expect(lanes).toHaveLength(stage.lanes);
    for (const { props } of lanes) expect(props.RedrivePolicy.maxReceiveCount).toBeGreaterThan(3);
    const [worker] = functionsOf('ProcessesProcess');
    const sources = all(stateless, 'AWS::Lambda::EventSourceMapping').filter(
      ({ props }) => props.FunctionName.Ref === worker?.id,
    );
    expect(sources).toHaveLength(stage.lanes);
    for (const { props } of sources) expect(props.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  });

  it('tells every function of the lanes, so that the tick works off their timers, and a redrive reaches them', () => {
    for (const { props } of ['Ingest', 'Tick', 'Processes'].flatMap(functionsOf)) {
      expect(props.Environment.Variables[ENV.processQueueUrls]).toEqual({ Ref: lanes[0]?.id });
    }
  });

  it('is refused in one sentence where there is no such file', () => {
    expect(() => checkStage({ ...stage, processes: './nowhere.ts' })).toThrow(
      'Stage "dev" has its processes in ./nowhere.ts, where there is no file.',
    );
  });
});
