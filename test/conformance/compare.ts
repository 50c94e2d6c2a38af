/** Do two outputs agree, but for the order of what has the same time and of side outputs among main ones? */
export const agree = (actual: readonly string[], expected: readonly string[]): boolean =>
  JSON.stringify(canonical(actual)) === JSON.stringify(canonical(expected.map(ours)));

/**
 * What Flink says in words of its own, the time of side outputs without one (section 9.6: none, not the lowest), and what
 * ends Flink's job, where ours gives the call to the dead letters and goes on (section 9.3).
 */
const ours = (line: string): string =>
  line
    .replace(/^(?:THROWS .*|\w+Exception: .*)$/, 'THROWS')
    .replace(/^(SIDE.*) @MIN$/, '$1 @none')
    .replace(/^JOB FAILED: .*$/, 'DEAD');

/** Side outputs and the attempts of calls are told apart from the main outputs: Flink prints them when it likes. */
const canonical = (lines: readonly string[]): readonly string[] => {
  const isSide = (line: string): boolean => line.startsWith('SIDE');
  const isCall = (line: string): boolean => /^(?:invoke|timeout)\(/.test(line);
  const main = lines.filter((line) => !isSide(line) && !isCall(line));
  return [...sortTies(blocks(main)), ...sortTies(lines.filter(isSide)), ...lines.filter(isCall)];
};

/** A call of `onTimer` with what it put out. Flink prints side outputs last, so only main ones follow their call. */
const blocks = (lines: readonly string[]): string[] => {
  const found: string[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    const follows = last?.startsWith('T(') && !line.startsWith('T(') && !line.startsWith('WM(');
    if (follows) found[found.length - 1] = `${last}\n${line}`;
    else found.push(line);
  }
  return found;
};

/** Sorts neighbours of the same time: across keys there is no order. */
const sortTies = (items: readonly string[]): string[] => {
  const runs: string[][] = [];
  for (const item of items) {
    const run = runs.at(-1);
    if (run?.[0] !== undefined && timeOf(run[0]) === timeOf(item)) run.push(item);
    else runs.push([item]);
  }
  return runs.flatMap((run) => run.sort());
};

const timeOf = (item: string): string =>
  /^T\([^,]*,([^,)]*)/.exec(item)?.[1] ?? / @(\S+)$/.exec(item.split('\n')[0] ?? '')?.[1] ?? item;
