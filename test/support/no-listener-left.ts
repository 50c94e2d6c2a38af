import { setImmediate as turn } from 'node:timers/promises';
import { afterAll } from 'vitest';

/** Every test file ends the servers that it started: a forgotten one keeps its port and hides a stop that never ends. */
afterAll(async () => {
  // A server says that it is closed before its handle is: that goes at the end of this turn of the event loop.
  await turn();
  await turn();
  const left = process.getActiveResourcesInfo().filter((resource) => resource === 'TCPServerWrap').length;
  if (left > 0) throw new Error(`${left} server(s) still listen after the last test: close them and await the end.`);
});
