import { LOADS, measure } from './step-loads.ts';

/*
 * What `step` does, in a process of its own, so that it can be profiled: `node step-child.ts N RUNS` prints for each load how
 * many a second each run did, as one JSON object.
 */

const [n = 0, runs = 0] = process.argv.slice(2).map(Number);

const figures = Object.entries(LOADS).map(([name, load]) => [
  name,
  Array.from({ length: runs }, () => measure(load, n)),
]);
process.stdout.write(JSON.stringify(Object.fromEntries(figures)));
