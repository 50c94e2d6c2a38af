import { describe, expect, it } from 'vitest';
import { checkStage } from '../../cdk/check-stage.ts';
import { chooseDeployAs } from '../../cdk/meridian-app.ts';
import type { StageSettings } from '../../cdk/stage.ts';
import { chooseStage, KEPT_STAGE } from '../../cdk/stage.ts';

describe('chooseStage', () => {
  it('takes dev where nothing is said, with an API that asks for credentials', () => {
    expect(chooseStage({})).toMatchObject({ name: 'dev', keepData: false, auth: 'iam' });
  });

  it('opens the API where it is told to', () => {
    expect(chooseStage({ stage: 'dev', auth: 'none' }).auth).toBe('none');
  });

  it('lets queues go without TLS where it is told to', () => {
    expect(chooseStage({ requireTls: 'false' }).requireTls).toBe(false);
    expect(chooseStage({}).requireTls).toBe(true);
  });

  it('keeps the data of prod, behind credentials and TLS', () => {
    expect(chooseStage({ stage: 'prod' })).toMatchObject({
      name: 'prod',
      keepData: true,
      auth: 'iam',
      requireTls: true,
    });
  });

  it('refuses what it does not know', () => {
    expect(() => chooseStage({ stage: 'test' })).toThrow('There is no stage "test"; choose one of dev, prod');
    expect(() => chooseStage({ auth: 'jwt' })).toThrow('auth is "jwt"; it takes iam or none');
    expect(() => chooseStage({ requireTls: 'no' })).toThrow('requireTls is "no"; it takes true or false.');
    expect(() => chooseDeployAs('root')).toThrow('deployAs is "root"; it takes bootstrap or caller.');
  });
});

const dev = chooseStage({});
const HASH = 'a'.repeat(64);

describe('checkStage', () => {
  it('takes the stages of this file, and what a construct has by default', () => {
    const kept: StageSettings = { ...KEPT_STAGE, name: 'kept' };
    for (const stage of [dev, chooseStage({ stage: 'prod' }), kept]) expect(checkStage(stage)).toBe(stage);
  });

  it.each([
    ['shards', 0],
    ['shards', 1.5],
    ['lookaheadSeconds', 841],
    ['retentionDays', 0],
    ['lanes', 0],
    ['sendersPerLane', 1],
    ['sendersPerLane', 1001],
  ])('refuses %s %d', (name, value) => {
    expect(() => checkStage({ ...dev, [name]: value })).toThrow(`${name} of stage "dev" is ${value}; it takes`);
  });

  it.each<[string, Partial<StageSettings>]>([
    ['MERIDIAN_STAGE is "Prod"', { name: 'Prod' }],
    ['MERIDIAN_ALLOW_TARGETS is', { allowTargets: ['not a host'] }],
    ['MERIDIAN_TARGET_PORTS is', { targetPorts: [] }],
  ])('refuses what would end the functions when they start: %s', (fault, part) => {
    expect(() => checkStage({ ...dev, ...part })).toThrow(fault);
  });

  it('refuses throttles and warm throughput that mean nothing', () => {
    expect(() => checkStage({ ...dev, requests: { perSecond: 0, burst: 1 } })).toThrow('requests.perSecond of stage');
    const cold = { readUnits: 12_000, writeUnits: 3_999 };
    expect(() => checkStage({ ...dev, warmThroughput: cold })).toThrow('a whole number from 4000');
  });

  it.each<[string, Partial<StageSettings>]>([
    ['has "orders" among targets.queues, which is no ARN of sqs', { targets: { queues: ['orders'] } }],
    ['among targets.topics, which is no ARN of sns', { targets: { topics: ['arn:aws:sqs:eu-west-1:123456789012:a'] } }],
    ['among targets.eventBuses, which is no ARN of events', { targets: { eventBuses: ['*'] } }],
    ['among targets.functions, which is no ARN of lambda', { targets: { functions: ['greet'] } }],
    ['has the alarmTopicArn "alarms", which is no ARN of sns', { alarmTopicArn: 'alarms' }],
  ])('P20 refuses what is no resource of AWS: %s', (fault, part) => {
    expect(() => checkStage({ ...dev, ...part })).toThrow(`Stage "dev" has`);
    expect(() => checkStage({ ...dev, ...part })).toThrow(fault);
  });

  it('H17 opens neither the API nor the queues of a stage that keeps its data', () => {
    const prod = chooseStage({ stage: 'prod' });
    expect(() => checkStage({ ...prod, auth: 'none' })).toThrow('Stage "prod" keeps its data, so its API');
    expect(() => checkStage({ ...prod, requireTls: false })).toThrow('Stage "prod" keeps its data, so its queues');
  });

  it.each<[string, StageSettings['auth']]>([
    ['which is no https URL', { jwt: { issuer: 'http://issuer.example.com', audiences: ['meridian'] } }],
    ['name an audience', { jwt: { issuer: 'https://issuer.example.com', audiences: [] } }],
    ['has 0 API keys', { apiKeys: {} }],
    ['has 31 API keys', { apiKeys: Object.fromEntries(Array.from({ length: 31 }, (_, n) => [`k${n}`, HASH])) }],
    ['an API key "a,b"', { apiKeys: { 'a,b': HASH } }],
    ['an API key "team"', { apiKeys: { team: 'the key itself' } }],
  ])('refuses an authorization that %s', (fault, auth) => {
    expect(() => checkStage({ ...dev, auth })).toThrow(fault);
  });

  it('takes tokens and API keys', () => {
    const jwt = { jwt: { issuer: 'https://issuer.example.com', audiences: ['meridian'] } };
    expect(checkStage({ ...dev, auth: jwt }).auth).toBe(jwt);
    expect(checkStage({ ...dev, auth: { apiKeys: { team: HASH } } }).auth).toEqual({ apiKeys: { team: HASH } });
  });
});
