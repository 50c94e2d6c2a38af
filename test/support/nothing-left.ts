import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, expect, vi } from 'vitest';

const servers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;

// All of this runs anew for every test file. Files share a process: what was there before is not this one's doing.
const listened = servers();
const environment: NodeJS.ProcessEnv = { ...process.env };

/** Every test file ends the servers that it started: a forgotten one keeps its port and hides a stop that never ends. */
afterAll(async () => {
  // A server says that it is closed before its handle is: that goes at the end of this turn of the event loop.
  await turn();
  await turn();
  const left = servers() - listened;
  if (left > 0) throw new Error(`${left} server(s) still listen after the last test: close them and await the end.`);
});

/** Powertools names itself there as soon as it is loaded. */
const SET_ON_LOAD = 'AWS_SDK_UA_APP_ID';

/** Every test file leaves the process as it found it, for those that follow in it. */
afterAll(() => {
  const fake = vi.isFakeTimers();
  vi.useRealTimers();
  const names = Object.keys({ ...environment, ...process.env });
  const variables = names.filter((name) => name !== SET_ON_LOAD && environment[name] !== process.env[name]);
  expect({ fake, variables }).toEqual({ fake: false, variables: [] });
});
