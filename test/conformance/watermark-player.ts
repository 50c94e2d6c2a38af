import { END_OF_TIME, NO_WATERMARK } from '../../shared/core/process/event-time.ts';
import {
  addInput,
  advanceInput,
  openCombined,
  removeInput,
  setIdle,
} from '../../shared/core/process/watermark/combined.ts';
import { freshIdleness, noteActivity, probeIdleness } from '../../shared/core/process/watermark/idleness.ts';
import {
  boundedOutOfOrderness,
  freshWatermark,
  monotonicTimestamps,
  observeTimestamp,
  type WatermarkStrategy,
} from '../../shared/core/process/watermark/strategy.ts';
import { activateChannel, advanceChannel, idleChannel, openValve } from '../../shared/core/process/watermark/valve.ts';
import { readInstant, showInstant } from './instants.ts';
import { attempt, type Player, type Script } from './script.ts';

const wm = (watermark: number): string => `WM(${showInstant(watermark)})`;

/** Channels of a valve (`ch0=…`), inputs (`in0=…`), splits (`s1=…`), or a generator of watermarks. */
export const watermarkPlayer: Player = ({ steps, title }) => {
  const actions = steps.map(({ do: action }) => action);
  const names = [...new Set(actions.map((action) => action.split('=')[0] ?? ''))];
  if (names.some((name) => /^ch\d+$/.test(name))) return playValve(names);
  if (names.some((name) => /^in\d+$/.test(name))) return playInputs(names);
  if (names.some((name) => /^s\d+$/.test(name))) return playSplits();
  return title.startsWith('BoundedOutOfOrderness(') ? playGenerator(title) : playAssigner(title);
};

function playValve(names: readonly string[]): Script {
  let valve = openValve(names);
  return {
    perform: (action) => {
      const [name = '', value = ''] = action.split('=');
      const before = valve;
      if (value === 'I') valve = idleChannel(valve, name);
      else if (value === 'A') valve = activateChannel(valve, name);
      else valve = advanceChannel(valve, name, readInstant(value));
      const news = valve.output > before.output ? [wm(valve.output)] : [];
      if (valve.idle !== before.idle) news.push(valve.idle ? 'IDLE' : 'ACTIVE');
      return [`[${news.join(', ')}]`];
    },
  };
}

function playInputs(names: readonly string[]): Script {
  let inputs = openCombined(names);
  return {
    perform: (action) => {
      const [name = '', value = ''] = action.split('=');
      const before = inputs;
      if (value === 'I' || value === 'A') inputs = setIdle(inputs, name, value === 'I');
      else inputs = advanceInput(inputs, name, readInstant(value));
      const news = inputs.output > before.output ? `[${wm(inputs.output)}]` : '[]';
      if (inputs.idle === before.idle) return [news];
      return [`${news} ${inputs.idle ? 'IDLE' : 'ACTIVE'}`];
    },
  };
}

/** Splits tell only at a tick. */
function playSplits(): Script {
  let splits = openCombined([]);
  let told = NO_WATERMARK;
  return {
    perform: (action) => {
      const [name = '', value = ''] = action.split('=');
      if (value === 'new') splits = addInput(splits, name);
      else if (value === 'rm') splits = removeInput(splits, name);
      else if (value === 'I') splits = setIdle(splits, name, true);
      else if (value !== 'tick') splits = advanceInput(splits, name, readInstant(value));
      if (value !== 'tick') return ['[]'];
      if (splits.idle) return ['[IDLE]'];
      const news = splits.output > told ? `[${wm(splits.output)}]` : '[]';
      told = splits.output;
      return [news];
    },
  };
}

/** The events of the semantics' section 3: 100, 90, 120 (monotonous: the first two), a watermark before and after each. */
function playGenerator(title: string): Script {
  const delayMs = Number(/\((\d+)\)/.exec(title)?.[1]);
  const emitted = (strategy: WatermarkStrategy, events: readonly number[]): string => {
    let state = freshWatermark;
    const watermarks = [state.watermark];
    for (const timestamp of events) {
      state = observeTimestamp(strategy, state, timestamp);
      watermarks.push(state.watermark);
    }
    return `[${watermarks.map(wm).join(', ')}]`;
  };
  return {
    perform: () => [
      `generator emits ${emitted(boundedOutOfOrderness(delayMs), [100, 90, 120])}`,
      `monotonous emits ${emitted(monotonicTimestamps(), [100, 90])}`,
    ],
  };
}

/** A source with a delay and an idleness, told of time at each interval. */
function playAssigner(title: string): Script {
  const [, delayMs, idleAfterMs] = /ooo (\d+), idleness (\d+)/.exec(title) ?? [];
  const strategy = boundedOutOfOrderness(Number(delayMs), { idleAfterMs: Number(idleAfterMs) });
  const source = { state: freshWatermark, told: NO_WATERMARK, idleness: freshIdleness, idle: false };

  const probe = (now: number): string[] => {
    const news: string[] = [];
    if (source.state.watermark > source.told) {
      if (source.idle) news.push('WatermarkStatus(ACTIVE)');
      source.idle = false;
      source.told = source.state.watermark;
      source.idleness = noteActivity(source.idleness);
      news.push(wm(source.told));
    }
    const probed = probeIdleness(source.idleness, now, strategy.idleAfterMs ?? END_OF_TIME);
    source.idleness = probed.idleness;
    if (probed.idle && !source.idle) {
      source.idle = true;
      news.push('WatermarkStatus(IDLE)');
    }
    return news;
  };

  const act = (action: string): readonly string[] => {
    if (action.startsWith('pt ')) return probe(readInstant(action.slice(3)));
    if (action === 'input wm MAX') return [wm(END_OF_TIME)];
    if (action.startsWith('input wm ')) return [];
    const timestamps = [...action.replace(/\(.*\)/, '').matchAll(/\d+/g)].map(([digits]) => Number(digits));
    for (const timestamp of timestamps) {
      source.state = observeTimestamp(strategy, source.state, timestamp);
      source.idleness = noteActivity(source.idleness);
    }
    return timestamps.map((timestamp) => `${timestamp} @${timestamp}`);
  };
  return { perform: (action) => attempt(() => act(action)) };
}
