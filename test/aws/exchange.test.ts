import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type ExchangeLimits, exchange, makeConnections } from '../../shared/aws/exchange.ts';

const connections = makeConnections(2);
let server: Server;
let sockets: Set<Socket>;

const listen = async (answer: RequestListener): Promise<void> => {
  sockets = new Set();
  server = createServer(answer).on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
};

afterEach(async () => {
  connections.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const call = (limits: Partial<ExchangeLimits> = {}, body = '語') =>
  exchange(
    connections,
    {
      protocol: 'http:',
      hostname: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      method: 'POST',
      path: '/',
      headers: { 'content-length': String(Buffer.byteLength(body)) },
      body,
    },
    { timeoutMs: 5_000, ...limits },
  );

describe('one request and its answer', () => {
  it('carries bytes both ways, and uses a connection again', async () => {
    await listen((request, response) => request.pipe(response.writeHead(201, { 'x-name': 'echo' })));
    const large = 'ä'.repeat(200_000);
    for (const body of ['', '語', large]) {
      const answer = await call({}, body);
      expect(answer).toMatchObject({ status: 201, headers: { 'x-name': 'echo' } });
      expect(answer.body.toString()).toBe(body);
    }
    expect(sockets.size).toBe(1);
  });

  it('opens no more connections than it may', async () => {
    await listen((_, response) => setImmediate(() => response.end('x')));
    await Promise.all(Array.from({ length: 20 }, () => call()));
    expect(sockets.size).toBe(2);
  });

  it('leaves out what is too long', async () => {
    await listen((_, response) => response.end('x'.repeat(300_000)));
    expect((await call({ maxBodyBytes: 65_536 })).body.length).toBe(65_536);
  });

  it.each([
    ['nothing comes', () => {}],
    ['the body never ends', (_, response) => response.writeHead(200, { 'content-length': '9' }).write('x')],
  ] satisfies [string, RequestListener][])('rejects in time where %s', async (_, answer) => {
    await listen(answer);
    await expect(call({ timeoutMs: 50 })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('rejects where the connection breaks within the answer', async () => {
    await listen((_, response) =>
      response.writeHead(200, { 'content-length': '9' }).write('x', () => response.destroy()),
    );
    await expect(call()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('ends at an abort, also one that came before', async () => {
    await listen(() => {});
    const stop = new AbortController();
    const asked = call({ signal: stop.signal });
    await once(server, 'request');
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    await expect(call({ signal: stop.signal })).rejects.toThrow('enough');
  });
});
