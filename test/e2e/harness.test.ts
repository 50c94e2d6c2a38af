import { describe, expect, it } from 'vitest';
import { withActions } from './policy.ts';
import type { Arrival } from './receiver.ts';
import { delivered } from './scenarios/accounted.ts';
import { standingTarget, targetNameOf } from './target.ts';
import { makeTurns } from './turns.ts';
import type { Fate, World } from './world.ts';

const DUE = 1_000_000;

const arrival = (id: string, more: Partial<Arrival> = {}): Arrival => ({
  id,
  atMs: DUE,
  dueAtMs: DUE,
  attempt: 1,
  path: '/',
  body: '',
  headers: {},
  status: 204,
  ...more,
});

const judge = (
  fates: Readonly<Record<string, Fate>>,
  arrivals: readonly Arrival[],
  { mayRepeat = [], unseen = [] }: Readonly<Record<string, readonly string[]>> = {},
) =>
  Promise.resolve({
    fates: new Map(Object.entries(fates)),
    receiver: { arrivals },
    unseen: new Set(unseen),
    mayRepeat: new Set(mayRepeat),
  } as unknown as World).then(delivered.run);

describe('the judge of the end-to-end test', () => {
  it('passes what came once, was refused before, or was not to come', async () => {
    const arrivals = [arrival('a', { status: 503 }), arrival('a', { attempt: 2 })];
    expect(await judge({ a: 'sent', b: 'cancelled' }, arrivals)).toContain('0 early, 0 twice');
  });

  it.each([
    ['P1 a message that was lost', { a: 'sent' }, []],
    ['P3 one that came twice', { a: 'sent' }, [arrival('a'), arrival('a')]],
    ['P6 one that came a millisecond early', { a: 'sent' }, [arrival('a', { atMs: DUE - 1 })]],
    ['P9 one that was cancelled', { a: 'cancelled' }, [arrival('a')]],
    ['one that nobody sent', {}, [arrival('a')]],
  ] as const)('fails %s', async (_, fates, arrivals) => {
    await expect(judge(fates, arrivals)).rejects.toThrow(/^a,? /);
  });

  it('lets only that one stay away that goes to a log', async () => {
    expect(await judge({ a: 'sent' }, [], { unseen: ['a'] })).toContain('0 requests for 1 messages');
    await expect(judge({ a: 'sent', b: 'sent' }, [], { unseen: ['a'] })).rejects.toThrow('b, ');
  });

  it('lets only that one come twice whose sender may have been killed', async () => {
    const twice = (id: string) => [arrival(id), arrival(id)];
    expect(await judge({ a: 'sent' }, twice('a'), { mayRepeat: ['a'] })).toContain('1 twice');
    await expect(judge({ a: 'sent', b: 'sent' }, [arrival('a'), ...twice('b')], { mayRepeat: ['a'] })).rejects.toThrow(
      'b, ',
    );
    await expect(judge({ a: 'sent' }, [...twice('a'), arrival('a')], { mayRepeat: ['a'] })).rejects.toThrow('3 times');
  });
});

describe('the parts of the end-to-end test', () => {
  it('P20 an action is taken out of every statement, and a statement without any goes', () => {
    const statement = (Action: string | string[]) => ({ Effect: 'Allow', Action, Resource: 'a' });
    const text = JSON.stringify({ Version: '1', Statement: [statement(['a:B', 'a:C']), statement('a:B')] });
    const less = withActions(text, (actions) => actions.filter((action) => action !== 'a:B'));
    expect(JSON.parse(less)).toEqual({ Version: '1', Statement: [statement(['a:C'])] });
  });

  it('a target is one of four, and what it needs is said in a sentence', () => {
    expect(targetNameOf({})).toBe('ministack');
    expect(() => targetNameOf({ E2E_TARGET: 'azure' })).toThrow('takes one of ministack, localstack');
    expect(() => standingTarget('aws', {})).toThrow('AWS_REGION');
    expect(() => standingTarget('localstack', { E2E_ENDPOINT: 'here' })).toThrow('E2E_ENDPOINT is "here"');
    expect(standingTarget('aws', { AWS_REGION: 'eu-west-1' })).toMatchObject({ enforcesIam: true });
  });

  it('deployments take turns, also after one that failed', async () => {
    const inTurn = makeTurns();
    const order: string[] = [];
    const failed = inTurn(async () => {
      await Promise.resolve();
      order.push('first');
      throw new Error('no');
    });
    const second = inTurn(async () => order.push('second'));
    await expect(failed).rejects.toThrow('no');
    await second;
    expect(order).toEqual(['first', 'second']);
  });
});
