import { App } from 'aws-cdk-lib';
import { addMeridian } from '../meridian-app.ts';
import { chooseStage } from '../stage.ts';

/** A part of a dashboard as CloudWatch reads it: where it lies on a grid of 24 columns, and what it shows. */
export type DashboardWidget = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Of a heading. */
  readonly markdown?: string;
  /** Of a graph. */
  readonly title?: string;
  readonly unit?: string;
  readonly lines: readonly string[];
};

type Metric = readonly (
  | string
  | { readonly label?: string; readonly expression?: string; readonly visible?: boolean }
)[];

type Body = {
  readonly widgets: readonly (Pick<DashboardWidget, 'x' | 'y' | 'width' | 'height'> & {
    readonly properties: {
      readonly markdown?: string;
      readonly title?: string;
      readonly metrics?: readonly Metric[];
      readonly yAxis?: { readonly left?: { readonly label?: string } };
    };
  })[];
};

type Part = string | Readonly<Record<string, unknown>>;

/** The widgets of the dashboard that `cdk synth -c stage=prod` makes. */
export function readDashboard(): DashboardWidget[] {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  addMeridian(app, chooseStage({ stage: 'prod' }));
  const { Resources } = app.synth().getStackByName('meridian-prod-stateless').template;
  const dashboard = Object.values<{ Type: string; Properties: { DashboardBody: { 'Fn::Join': [string, Part[]] } } }>(
    Resources,
  ).find(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
  if (!dashboard) throw new Error('The stage prod has no dashboard.');
  const [, parts] = dashboard.Properties.DashboardBody['Fn::Join'];
  // What only a deployment knows, names of resources, is not shown anyway.
  const body: Body = JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'deployed')).join(''));
  return body.widgets.map(({ x, y, width, height, properties }) => ({
    ...{ x, y, width, height },
    ...(properties.markdown !== undefined && { markdown: properties.markdown.replace(/^#+ /, '') }),
    ...(properties.title !== undefined && { title: properties.title }),
    ...(properties.yAxis?.left?.label !== undefined && { unit: properties.yAxis.left.label }),
    lines: (properties.metrics ?? []).flatMap(linesOf),
  }));
}

/** The names beside the lines that a metric draws; a search draws one for each target, of which three are made up. */
function linesOf(metric: Metric): readonly string[] {
  const options = metric.at(-1);
  if (typeof options !== 'object' || options.visible === false) return [];
  if (options.expression?.startsWith('SEARCH')) return ['target a', 'target b', 'target c'];
  return options.label === undefined ? [] : [options.label];
}
