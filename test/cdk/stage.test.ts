import { describe, expect, it } from 'vitest';
import { checkStage, chooseStage } from '../../cdk/stage.ts';

describe('chooseStage', () => {
  it('takes dev where nothing is said, with an API that asks for credentials', () => {
    expect(chooseStage({})).toMatchObject({ name: 'dev', keepData: false, auth: 'iam' });
  });

  it('opens the API where it is told to', () => {
    expect(chooseStage({ stage: 'dev', auth: 'none' }).auth).toBe('none');
  });

  it('keeps the data of prod, behind credentials', () => {
    expect(chooseStage({ stage: 'prod' })).toMatchObject({ name: 'prod', keepData: true, auth: 'iam' });
    expect(() => chooseStage({ stage: 'prod', auth: 'none' })).toThrow('Stage "prod" keeps its data');
  });

  it('refuses what it does not know', () => {
    expect(() => chooseStage({ stage: 'test' })).toThrow('There is no stage "test"; choose one of dev, prod');
    expect(() => chooseStage({ auth: 'jwt' })).toThrow('auth is "jwt"; it takes iam or none.');
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
    expect(() => checkStage({ ...chooseStage({}), [name]: value })).toThrow(
      `${name} of stage "dev" is ${value}; it takes`,
    );
  });
});
