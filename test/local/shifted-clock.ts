import { existsSync } from 'node:fs';
import { ServerResponse } from 'node:http';

/*
 * Preloaded into every thread of a runtime: while the file that `CLOCK_SET_BACK` names is there, the clock of the
 * machine is an hour behind, as far as this process can see.
 */
const FILE = process.env.CLOCK_SET_BACK ?? '';
const SHIFT_MS = 3_600_000;
const LOOK_EVERY_MS = 20;

const RealDate = Date;
const realNow = Date.now.bind(Date);
let lookedAt = Number.NEGATIVE_INFINITY;
let shiftMs = 0;

const now = (): number => {
  if (performance.now() - lookedAt > LOOK_EVERY_MS) {
    lookedAt = performance.now();
    shiftMs = existsSync(FILE) ? SHIFT_MS : 0;
  }
  return realNow() - shiftMs;
};

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [now()] : args, made),
  apply: (target) => new target(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

// Node dates its answers by the real clock, and the engine tells its clients the time that way.
const { writeHead } = ServerResponse.prototype;
ServerResponse.prototype.writeHead = function dated(this: ServerResponse, ...args: Parameters<typeof writeHead>) {
  if (!this.hasHeader('date')) this.setHeader('date', new Date(now()).toUTCString());
  return writeHead.apply(this, args);
} as typeof writeHead;
