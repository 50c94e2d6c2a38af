import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drawDashboard } from '../../cdk/picture/draw-dashboard.ts';
import { readDashboard } from '../../cdk/picture/read-dashboard.ts';
import { chooseStage } from '../../cdk/stage.ts';
import { SOURCES } from './source-checks.ts';
import type { Json, Templates } from './templates.ts';
import { alarms, dashboardBody, synthesize } from './templates.ts';

const templates = synthesize(chooseStage({ stage: 'prod' }));
const fed = synthesize({ ...chooseStage({ processes: 'examples/processes.ts' }), sources: SOURCES });
const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the picture of the dashboard', () => {
  it('is what the template makes: npm run picture', () => {
    expect(read('docs/dashboard.svg')).toBe(drawDashboard(readDashboard()));
  });

  it('says that its curves are made up', () => {
    expect(read('docs/dashboard.svg')).toContain('nothing was measured');
  });
});

describe('the runbook', () => {
  it('P24 has a section for every alarm', () => {
    const headings = read('docs/operations.md').matchAll(/^#+ (.+)$/gm);
    const anchors = new Set(Array.from(headings, ([, words = '']) => words.toLowerCase().replaceAll(' ', '-')));
    const linked = [templates, fed].flatMap(alarms).map(({ props }) => props.AlarmDescription.split('#')[1]);
    expect(linked.length).toBeGreaterThan(10);
    expect(linked.filter((anchor) => !anchors.has(anchor))).toEqual([]);
  });
});

describe('the cost estimate', () => {
  const metricsOf = (of: Templates): Json[] =>
    dashboardBody(of).widgets.flatMap(({ properties }: Json) => properties.metrics ?? []);

  /** What an expression comes to with the given value for each metric that it takes. */
  const dollars = (label: string, amountOf: (metric: string) => number, of = templates): number => {
    const metrics = metricsOf(of);
    const [{ expression }] = metrics.find(([first]) => first?.label === label);
    return expression.split('+').reduce((sum: number, term: string) => {
      const [, id, price] = /^FILL\((\w+),0\)\*([\d.e-]+)$/.exec(term) ?? [];
      const metric = metrics.find((one) => one.at(-1)?.id === id);
      return sum + amountOf(metric[1]) * Number(price);
    }, 0);
  };

  const million = (name: string) => (metric: string) => (metric === name ? 1e6 : 0);

  it('is the list price for a million of each thing that is billed', () => {
    // Three tables, three functions, four lanes.
    expect(dollars('DynamoDB', million('ConsumedWriteCapacityUnits'))).toBeCloseTo(3 * 0.625, 5);
    expect(dollars('DynamoDB', million('ConsumedReadCapacityUnits'))).toBeCloseTo(3 * 0.125, 5);
    expect(dollars('Lambda', million('Invocations'))).toBeCloseTo(3 * 0.2, 5);
    expect(dollars('SQS', million('NumberOfMessagesSent'))).toBeCloseTo(4 * 0.4, 5);
    expect(dollars('API Gateway', million('Count'))).toBeCloseTo(1, 5);
  });

  it('takes the functions and lanes of process functions in', () => {
    // Three functions more than three, a lane of each kind.
    expect(dollars('Lambda', million('Invocations'), fed)).toBeCloseTo(6 * 0.2, 5);
    expect(dollars('SQS', million('NumberOfMessagesSent'), fed)).toBeCloseTo(2 * 0.4, 5);
  });

  it('is that of a function by its memory and time', () => {
    const hourOfEach = dollars('Lambda', (metric) => (metric === 'Duration' ? 3_600_000 : 0));
    expect(hourOfEach).toBeCloseTo(((1024 + 512 + 1769) / 1024) * 3600 * 0.0000133334, 4);
  });
});
