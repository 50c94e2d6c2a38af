import { parseMessageId } from '../../shared/core/segment/message-id.ts';
import type { Plant } from './plants.ts';
import { runOne } from './pool.ts';
import type { SeedReport } from './world.ts';

const LINE_CHARS = 400;

/** Every place in the logs where a message lay, found by following carries through the lines. */
const placesIn = (lines: readonly string[], id: string): Set<string> => {
  const first = parseMessageId(id)?.sk;
  const places = new Set(first ? [first] : []);
  for (const line of lines) {
    if (![...places].some((sk) => line.includes(`"e":"${sk}"`))) continue;
    for (const [, sk] of line.matchAll(/"sk":"([EL]#[^"]+)"/g)) if (sk) places.add(sk);
  }
  return places;
};

/** What happened to one message of a failed seed: the lines of its world that name it, its entries or its processes' ends. */
export const storyOf = async (failed: SeedReport, plant?: Plant): Promise<string[]> => {
  const { story = [] } = await runOne(failed.seed, {
    only: failed.on,
    story: true,
    ...(plant ? { plant } : {}),
  });
  const id = failed.violations.find((violation) => violation.id !== undefined)?.id;
  if (id === undefined) return story.filter((line) => /cursor:|dies|freezes|killed/.test(line)).slice(-40);
  const tag = failed.violations.find((violation) => violation.id === id)?.what.match(/(bulk|key-\d+)\.\d+/)?.[0];
  const names = [id, ...placesIn(story, id), ...(tag ? [`put ${tag}`] : [])];
  return story.filter((line) => names.some((name) => line.includes(name))).map((line) => line.slice(0, LINE_CHARS));
};
