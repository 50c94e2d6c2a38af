import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/*
 * A receiver in a process of its own, which outlives the sender as a target does: `node http-receiver.ts [FILE]` prints
 * its port, then answers 204 until it is ended. With FILE it appends the id of every request and the instant.
 * Asked by a message of its parent, it says how many requests came.
 */

/** Lines are written so often: a write for each of them would measure the disk. */
const WRITE_EVERY_MS = 5;

const [path] = process.argv.slice(2);
const file = path === undefined ? undefined : openSync(path, 'a');
let lines = '';
let count = 0;

const write = (): void => {
  if (file === undefined || lines === '') return;
  writeSync(file, lines);
  lines = '';
};

const server = createServer((request, response) => {
  count += 1;
  if (file !== undefined) lines += `${request.headers['webhook-id']} ${Date.now()}\n`;
  request.resume();
  response.writeHead(204).end();
});
server.keepAliveTimeout = 60_000;
setInterval(write, WRITE_EVERY_MS);
process.on('message', () => process.send?.(count));
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => {
  write();
  if (file !== undefined) closeSync(file);
  process.exit();
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
