import { type Comparison, faultsOf, tableOf } from './comparison.ts';
import { SPREAD_PER_SECOND, SPREAD_SECONDS } from './contender.ts';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const markdownTable = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(columns), row(columns.map(() => '---')), ...rows.map(row)].join('\n');

const commandOf = ({ sizes, rounds }: Comparison): string =>
  `npm run bench:peers -- --n ${sizes.join(',')} --rounds ${rounds} --svg --markdown`;

const INTRODUCTION = `# Meridian beside job queues

BullMQ on Redis, pg-boss and graphile-worker on Postgres: what a team on Node takes for jobs that start later. They run
through the same workloads as Meridian, on the same machine, by turns, and who begins changes from round to round.`;

const WORKLOADS = `- **herd**: jobs that are all due at one moment. Rate: jobs divided by the time from that moment to the start of the last.
- **spread**: ${SPREAD_PER_SECOND} jobs a second for ${SPREAD_SECONDS} s, over the pending jobs of the ingest.
- **bulk ingest**: as many jobs as the largest herd has, due an hour later, through the fastest bulk call of each.

Lateness is the time from when a job was due to when its handler, or our attempt, starts, on the clock of the process that
starts it. Handlers do nothing but count; our target is of kind \`none\`. A cell has the median of the rounds, the least and
the most in brackets, and then how many times better Meridian was: the median of the ratios of each round, the least and
the most. Below 1 the peer was better. A lateness below 1 ms counts as 1 ms.`;

const READING = `- The workloads are what Meridian is built for, and nothing else. A queue that runs any code, answers with its result and
  takes jobs that are due now is another thing, and a fair choice for it.
- A peer keeps a row or a hash for each job, which can be looked up, changed and retried by itself, and completes each
  one. Meridian packs up to 1,000 messages into one item and notes what was sent as bits. That is most of the difference.
- Meridian's local runtime has its store in its own process, so it reaches it sooner. Its writes survive the end of the
  process and leave the syncing to the operating system; Redis syncs every second here, Postgres at every commit. On AWS
  the store is DynamoDB, which is replicated before it answers and takes milliseconds to reach.
- pg-boss and graphile-worker find jobs of the future by polling. In the spread, about half of the interval is their median
  lateness; a shorter interval costs queries all day.
- A peer counts what started twice or early in its handler. Our API tells what was sent; \`npm run bench\` counts the rest
  at a receiver.
- Where the load says that the machine had other work, the rounds differ. A ratio compares what ran in the same round, so
  its median need not be the ratio of two medians.
- One worker process for each, beside its server: there are two cores. All of them scale out over machines, as Meridian does.`;

const credits = ({ contenders }: Comparison): string =>
  contenders
    .slice(1)
    .map(({ name, credit }) => `- **${name}** ${credit}`)
    .join('\n');

const PICTURES = `![Lateness of each workload](peers-lateness.svg)

![Rate over the size of the herd](peers-rate.svg)`;

/** The page that shows a comparison: figures, settings, and what they do not say. */
export const documentOf = (comparison: Comparison): string => {
  const { columns, rows } = tableOf(comparison);
  const settings = comparison.contenders.map(({ name, version, settings }) => [
    name,
    version,
    settings,
    faultsOf(comparison, name),
  ]);
  return `${[
    INTRODUCTION,
    `Written by \`${commandOf(comparison)}\` on\n${comparison.machine}.\nIt needs \`apt-get install redis-server postgresql\` and \`npm ci --prefix bench/peers\` once.`,
    '## Figures',
    markdownTable(columns, rows),
    PICTURES,
    '## Workloads',
    WORKLOADS,
    '## Settings',
    markdownTable(['', 'version', 'settings', 'all rounds'], settings),
    '## How to read it',
    READING,
    '## What they do that Meridian does not',
    credits(comparison),
  ].join('\n\n')}\n`;
};
