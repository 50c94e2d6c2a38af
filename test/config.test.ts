import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BOUNDS,
  ConfigError,
  DEFAULTS,
  ENV,
  readConfig,
  readEndpoints,
  readSources,
  SOURCES_ENV,
} from '../shared/config.ts';

const REQUIRED = {
  [ENV.stage]: 'dev',
  [ENV.segmentsTable]: 'Segments',
  [ENV.keysTable]: 'Keys',
  [ENV.controlTable]: 'Control',
  [ENV.sendQueueUrls]: 'https://sqs.eu-west-1.amazonaws.com/1/lane-0',
  AWS_REGION: 'eu-west-1',
} as const;

describe('readConfig', () => {
  it('takes the required variables and defaults the rest', () => {
    expect(readConfig(REQUIRED)).toEqual({
      stage: 'dev',
      region: 'eu-west-1',
      tables: { segments: 'Segments', keys: 'Keys', control: 'Control' },
      sendQueueUrls: ['https://sqs.eu-west-1.amazonaws.com/1/lane-0'],
      processQueueUrls: [],
      outcomeBus: undefined,
      shards: 16,
      lookaheadMs: 300_000,
      retentionMs: 14 * 86_400_000,
      allowHttp: false,
      allowTargets: [],
      targetPorts: [443],
      logLevel: 'info',
      endpoints: {},
      endpointsOnly: false,
    });
  });

  it('takes every variable', () => {
    const config = readConfig({
      ...REQUIRED,
      [ENV.sendQueueUrls]: 'http://127.0.0.1:9324/q/0,http://127.0.0.1:9324/q/1',
      [ENV.outcomeBus]: 'outcomes',
      [ENV.shards]: '64',
      [ENV.lookaheadSeconds]: '840',
      [ENV.retentionDays]: '30',
      [ENV.allowHttp]: 'true',
      [ENV.allowTargets]: '127.0.0.1,10.0.0.0/8,::1,hooks.internal',
      [ENV.targetPorts]: '443,8443',
      [ENV.logLevel]: 'warn',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9324',
      AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:3001',
    });
    expect(config).toMatchObject({
      sendQueueUrls: ['http://127.0.0.1:9324/q/0', 'http://127.0.0.1:9324/q/1'],
      outcomeBus: 'outcomes',
      shards: 64,
      lookaheadMs: 840_000,
      retentionMs: 30 * 86_400_000,
      allowHttp: true,
      allowTargets: ['127.0.0.1', '10.0.0.0/8', '::1', 'hooks.internal'],
      targetPorts: [443, 8443],
      logLevel: 'warn',
      endpoints: {
        dynamodb: 'http://127.0.0.1:4566',
        sqs: 'http://127.0.0.1:9324',
        sns: 'http://127.0.0.1:4566',
        eventbridge: 'http://127.0.0.1:4566',
        lambda: 'http://127.0.0.1:3001',
      },
    });
  });

  it.each(Object.keys(REQUIRED))('names %s where it is not set', (name) => {
    expect(() => readConfig({ ...REQUIRED, [name]: undefined })).toThrow(`${name} is not set; it takes `);
  });

  it.each([
    [ENV.stage, ''],
    [ENV.stage, 'Prod'],
    [ENV.segmentsTable, ''],
    [ENV.segmentsTable, 'a b c'],
    [ENV.sendQueueUrls, ''],
    [ENV.outcomeBus, 'my bus'],
    [ENV.sendQueueUrls, 'lane-0'],
    [ENV.sendQueueUrls, 'https://a/1,'],
    [ENV.sendQueueUrls, 'https://a/1, https://a/2'],
    [ENV.sendQueueUrls, 'https://a/1,https://a/1'],
    [ENV.shards, ''],
    [ENV.shards, '0'],
    [ENV.shards, '1025'],
    [ENV.shards, '1e3'],
    [ENV.shards, '16.5'],
    [ENV.shards, '-16'],
    [ENV.shards, ' 16'],
    [ENV.lookaheadSeconds, '59'],
    [ENV.lookaheadSeconds, '841'],
    [ENV.lookaheadSeconds, 'NaN'],
    [ENV.retentionDays, '0'],
    [ENV.allowHttp, 'yes'],
    [ENV.allowHttp, ''],
    [ENV.allowTargets, '127.0.0.1,'],
    [ENV.allowTargets, '127.0.0.1 10.0.0.1'],
    [ENV.allowTargets, 'http://a?b=c'],
    [ENV.allowTargets, '127.0.0.1:8080'],
    [ENV.allowTargets, '*.internal'],
    [ENV.targetPorts, ''],
    [ENV.targetPorts, '0'],
    [ENV.targetPorts, '65536'],
    [ENV.targetPorts, '443,443'],
    [ENV.logLevel, 'INFO'],
    ['AWS_REGION', ''],
    ['AWS_ENDPOINT_URL', '127.0.0.1:4566'],
    ['AWS_ENDPOINT_URL_SNS', 'sns'],
  ])('refuses %s=%j and says so', (name, value) => {
    const read = () => readConfig({ ...REQUIRED, [name]: value });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(`${name} is ${JSON.stringify(value)}; it takes `);
  });

  it('names every faulty variable at once, in one sentence each', () => {
    const read = () => readConfig({ ...REQUIRED, [ENV.keysTable]: undefined, [ENV.shards]: 'many' });
    expect(read).toThrow(
      'The environment is not usable. MERIDIAN_KEYS_TABLE is not set; it takes the name or ARN of a DynamoDB table. ' +
        'MERIDIAN_SHARDS is "many"; it takes a whole number from 1 to 1024.',
    );
  });

  it('shortens a long value, which may have been pasted by mistake', () => {
    expect(() => readConfig({ ...REQUIRED, [ENV.logLevel]: 'x'.repeat(5000) })).toThrow(/^.{1,300}$/s);
  });

  it('leaves variables alone that it does not know, as during a deployment', () => {
    expect(readConfig({ ...REQUIRED, MERIDIAN_OF_TOMORROW: '1' })).toEqual(readConfig(REQUIRED));
  });

  it('takes every whole number within bounds and none outside (property)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), (shards) => {
        const allowed = shards >= BOUNDS.shards.min && shards <= BOUNDS.shards.max;
        const read = () => readConfig({ ...REQUIRED, [ENV.shards]: String(shards) }).shards;
        if (allowed) expect(read()).toBe(shards);
        else expect(read).toThrow(ENV.shards);
      }),
    );
  });

  it('has defaults within its own bounds', () => {
    for (const [name, { min, max }] of Object.entries(BOUNDS)) {
      const value = DEFAULTS[name as keyof typeof DEFAULTS];
      expect(value).toBeGreaterThanOrEqual(min);
      expect(value).toBeLessThanOrEqual(max);
    }
  });
});

describe('readEndpoints', () => {
  it('takes those of an environment that has nothing else of ours', () => {
    expect(readEndpoints({ AWS_ENDPOINT_URL_EVENTBRIDGE: 'http://127.0.0.1:4010' })).toEqual({
      eventbridge: 'http://127.0.0.1:4010',
    });
    expect(readEndpoints({})).toEqual({});
  });

  it('refuses what is none', () => {
    expect(() => readEndpoints({ AWS_ENDPOINT_URL_SNS: 'sns' })).toThrow(
      'AWS_ENDPOINT_URL_SNS is "sns"; it takes an http or https URL.',
    );
  });
});

describe('readSources', () => {
  const QUEUE = { arn: 'arn:aws:sqs:eu-west-1:123456789012:orders', topic: null, process: 'sums', input: 'main' };
  const TOPIC = { arn: null, topic: 'clicks', process: 'sums', input: 'main' };
  const read = (routes: unknown) => readSources({ [SOURCES_ENV.sources]: JSON.stringify(routes) });

  it('takes a queue or stream by its ARN, a topic by its name', () => {
    expect(read([QUEUE, TOPIC])).toEqual([QUEUE, TOPIC]);
  });

  it.each([
    ['no list', QUEUE],
    ['a source twice', [TOPIC, { ...TOPIC, process: 'others' }]],
    ['a source that nothing names', [{ ...TOPIC, topic: null }]],
    ['no process', [{ ...QUEUE, process: undefined }]],
    ['an empty name', [{ ...QUEUE, input: '' }]],
    ['a member more', [{ ...QUEUE, partition: 'p' }]],
  ])('refuses %s in one sentence', (_, routes) => {
    expect(() => read(routes)).toThrow(
      'The environment is not usable. MERIDIAN_SOURCES takes a JSON list of {arn, topic, process, input}, each source once.',
    );
  });

  it.each([undefined, '', '[', 'null'])('refuses the text %j', (text) => {
    expect(() => readSources({ [SOURCES_ENV.sources]: text })).toThrow(ConfigError);
  });
});
