import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/*
 * A receiver in a process of its own that appends the id of every request to a file, as a target that outlives the
 * sender does: `node file-receiver.ts FILE` prints its port, then answers 204 until it is ended.
 */

const file = createWriteStream(String(process.argv[2]), { flags: 'a' });

const server = createServer((request, response) => {
  file.write(`${request.headers['webhook-id']} ${Date.now()}\n`);
  request.resume();
  response.writeHead(204).end();
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
