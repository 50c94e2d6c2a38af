import type { ElementFate, ProcessDesk } from '../../app/process/process-desk.ts';
import { fieldProblem, type Issue, Problem } from '../../core/problem.ts';
import type { Process } from '../../core/process/definition.ts';
import { inputsOf } from '../../core/process/wiring.ts';
import { quoted } from '../../core/quoted.ts';
import { parseInstant } from '../../core/time/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Handlers } from '../http/call.ts';
import { problemOf } from '../http/issue-problem.ts';
import { bytesOfBody, readObject } from '../http/request-body.ts';
import { judgeKey } from '../http/request-path.ts';
import type { ApiLimits } from '../limits.ts';
import type { ElementsAnswer } from './answers.ts';
import { DEFAULT_PARTITION, type ElementReading, readElements } from './read-elements.ts';
import { timerSchema, watermarkSchema } from './schema.ts';
import { parseTimerId } from './timer-id.ts';
import { eventTime, keyView, processView } from './view.ts';

export type ProcessHandlerDeps = {
  readonly processes: ProcessDesk;
  readonly clock: Clock;
  readonly limits: ApiLimits;
};

const notFound = (what: string): Problem => new Problem(404, 'NOT_FOUND', `There is no ${what}.`);

const noKey = (process: string, key: string): Problem => notFound(`key ${quoted(key)} in process ${quoted(process)}`);

const processOf = ({ processes }: ProcessHandlerDeps, name: string): Process => {
  const process = processes.find(name);
  if (process) return process;
  const known = processes.names().join(', ') || 'none';
  throw new Problem(404, 'NOT_FOUND', `There is no process ${quoted(name)}; there is ${known}.`);
};

const instantOf = (text: string, pointer: string): number => {
  const parsed = parseInstant(text);
  if (parsed.ok) return parsed.value;
  throw fieldProblem(400, parsed.code, pointer, parsed.detail);
};

type Outcome =
  | Extract<ElementFate, { readonly kind: 'accepted' | 'duplicate' }>
  | { readonly kind: 'rejected'; readonly issue: Issue };

const outcomeOf = (fate: ElementFate | undefined): Outcome => {
  if (!fate) throw new Error('The desk gave fewer fates than it took elements.');
  if (!('code' in fate)) return fate;
  const { kind, code, detail } = fate;
  return { kind: 'rejected', issue: { code, detail, pointer: kind === 'refused' ? '/value' : '' } };
};

/** Hands the good ones on, partition by partition, and gives what became of each reading. */
const feed = async (desk: ProcessDesk, process: Process, readings: readonly ElementReading[]): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  const good = [...readings.entries()].flatMap(([at, reading]) => (reading.ok ? [{ at, ...reading }] : []));
  for (const [at, reading] of readings.entries()) {
    if (!reading.ok) outcomes[at] = { kind: 'rejected', issue: reading.issue };
  }
  const parts = [...Map.groupBy(good, ({ partition }) => partition)];
  await Promise.all(
    parts.map(async ([partition, of]) => {
      const elements = of.map(({ element }) => element);
      const fates = await desk.submit(process, elements, partition);
      for (const [n, { at }] of of.entries()) outcomes[at] = outcomeOf(fates[n]);
    }),
  );
  return outcomes;
};

const idOf = (reading: ElementReading | undefined): { id?: string } => {
  const id = reading?.ok ? reading.element.id : reading?.id;
  return typeof id === 'string' ? { id } : {};
};

const answerOf = (
  outcomes: readonly Outcome[],
  readings: readonly ElementReading[],
  { bulkErrors }: ApiLimits,
): ElementsAnswer => {
  const count = (kind: Outcome['kind']): number => outcomes.filter((outcome) => outcome.kind === kind).length;
  const errors = [...outcomes.entries()].flatMap(([index, outcome]) => {
    if (outcome.kind !== 'rejected') return [];
    const { code, pointer, detail } = outcome.issue;
    return [{ index, ...idOf(readings[index]), error: { code, pointer, detail } }];
  });
  const isLate = outcomes.some((outcome) => outcome.kind === 'accepted' && outcome.late);
  const counts = {
    accepted: count('accepted'),
    duplicates: count('duplicate'),
    rejected: errors.length,
    ...(isLate && { late: true as const }),
  };
  return errors.length === 0 ? counts : { ...counts, errors: errors.slice(0, bulkErrors) };
};

type ElementIds = 'listProcesses' | 'getProcess' | 'postElements' | 'postWatermark';

const makeSourceHandlers = (deps: ProcessHandlerDeps): Handlers<ElementIds> => ({
  listProcesses: async () => ({
    status: 200,
    body: { items: deps.processes.names().map((name) => ({ name })), next: null },
  }),
  getProcess: async ({ name }) => {
    const process = processOf(deps, name);
    return { status: 200, body: processView(process, await deps.processes.describe(process), deps.clock.now()) };
  },
  postElements: async ({ name, media, carried }) => {
    const process = processOf(deps, name);
    const body = { bytes: bytesOfBody(carried, deps.limits.bodyBytes), media };
    const { readings, single } = readElements(process, body, deps.limits);
    const outcomes = await feed(deps.processes, process, readings);
    const [first] = outcomes;
    if (single && first?.kind === 'rejected') throw problemOf([first.issue]);
    return { status: 202, body: answerOf(outcomes, readings, deps.limits) };
  },
  postWatermark: async ({ name, carried }) => {
    const process = processOf(deps, name);
    const said = readObject(bytesOfBody(carried, deps.limits.messageBytes), watermarkSchema, deps.limits);
    if ((said.watermark === undefined) === (said.end === undefined)) {
      throw fieldProblem(400, 'EXACTLY_ONE_WATERMARK', '/watermark', 'Give exactly one of "watermark" and "end".');
    }
    const { input = 'main', partition = DEFAULT_PARTITION } = said;
    if (said.watermark === undefined) {
      const watermark = eventTime(await deps.processes.end(process));
      return { status: 202, body: { watermark, advanced: true } };
    }
    if (!inputsOf(process).includes(input)) {
      throw fieldProblem(400, 'UNKNOWN_INPUT', '/input', `The process has no input ${quoted(input)}.`);
    }
    const at = instantOf(said.watermark, '/watermark');
    const { published, advanced } = await deps.processes.advance(process, { input, partition }, at);
    return { status: 202, body: { watermark: eventTime(published), advanced } };
  },
});

type KeyIds = 'listKeys' | 'getKey' | 'putTimer' | 'deleteTimer';

const timerOf = (text: string) => {
  const timer = parseTimerId(text);
  if (timer) return timer;
  const detail = `${quoted(text)} is no timer; give the id that the key's own view shows.`;
  throw fieldProblem(400, 'INVALID_TIMER', '/path/timer', detail);
};

const makeKeyHandlers = (deps: ProcessHandlerDeps): Handlers<KeyIds> => ({
  listKeys: async ({ name, query }) => {
    const { items, next } = await deps.processes.keys(processOf(deps, name), query);
    return { status: 200, body: { items: items.map(keyView), next } };
  },
  getKey: async ({ name, key }) => {
    const view = await deps.processes.key(processOf(deps, name), judgeKey(key));
    if (view) return { status: 200, body: keyView(view) };
    throw noKey(name, key);
  },
  putTimer: async ({ name, key, timer: id, carried }) => {
    const timer = timerOf(id);
    const body = readObject(bytesOfBody(carried, deps.limits.messageBytes), timerSchema, deps.limits);
    const at = instantOf(body.timestamp, '/timestamp');
    const view = await deps.processes.armTimer(processOf(deps, name), judgeKey(key), { timer, at });
    if (view) return { status: 200, body: keyView(view) };
    throw noKey(name, key);
  },
  deleteTimer: async ({ name, key, timer }) => {
    const view = await deps.processes.deleteTimer(processOf(deps, name), judgeKey(key), timerOf(timer));
    if (view) return { status: 200, body: keyView(view) };
    throw notFound(`timer ${quoted(timer)} of key ${quoted(key)}`);
  },
});

/** The operations on process functions. */
export const makeProcessHandlers = (deps: ProcessHandlerDeps): Handlers<ElementIds | KeyIds> => ({
  ...makeSourceHandlers(deps),
  ...makeKeyHandlers(deps),
});
