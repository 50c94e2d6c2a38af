import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { buildApp } from 'fauxqs';
import type { EnginePorts, EnginesToOpen } from './engines.ts';
import { makeDynamoServer } from './engines-dynamo.ts';

const CLOSE_IDLE_EVERY_MS = 20;

/** Of the thread that started this one. */
const port = parentPort as MessagePort;
const [{ dataDir }] = (await once(port, 'message')) as [EnginesToOpen];
const loopback = { port: 0, host: '127.0.0.1' };

const dynamo = await makeDynamoServer(dataDir && join(dataDir, 'dynamo'));
await new Promise<void>((resolve) => dynamo.listen(loopback, resolve));
// Not its own start: that one listens on every interface.
const sqs = buildApp({ logger: false });
await sqs.listen(loopback);

port.once('message', async () => {
  // A call under way leaves a connection that is kept alive, which a server would wait seconds for.
  setInterval(() => [dynamo, sqs.server].forEach(closeIdle), CLOSE_IDLE_EVERY_MS);
  await Promise.all([closeServer(dynamo), sqs.close()]);
  process.exit();
});
const ports: EnginePorts = { dynamoPort: portOf(dynamo), sqsPort: portOf(sqs.server) };
port.postMessage(ports);

/** Answers what was asked already, then closes the database. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    closeIdle(server);
  });
}

function closeIdle(server: Server): void {
  server.closeIdleConnections();
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
