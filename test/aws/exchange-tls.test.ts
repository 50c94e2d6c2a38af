import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exchange, makeConnections } from '../../shared/aws/exchange.ts';
import { type Certificate, makeCertificate } from '../channels/http/certificate.ts';

const HOST = 'localhost';
const authority = makeCertificate({ name: 'Test Authority', isAuthority: true });
const systemAuthorities = getCACertificates();

const connections = makeConnections(2);
let server: Server;
let names: unknown[];
let opened: number;

beforeAll(() => setDefaultCACertificates([...systemAuthorities, authority.cert]));
afterAll(() => setDefaultCACertificates(systemAuthorities));
beforeEach(() => {
  names = [];
  opened = 0;
});
afterEach(async () => {
  connections.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const listen = async (certificate: Certificate): Promise<void> => {
  server = createServer(certificate, (request, answer) => {
    names.push((request.socket as { servername?: unknown }).servername);
    request.pipe(answer);
  }).on('secureConnection', () => {
    opened += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
};

const call = () => {
  const { port } = server.address() as AddressInfo;
  const request = { protocol: 'https:', hostname: HOST, port, method: 'POST', path: '/', headers: {}, body: 'x' };
  return exchange(connections, request, { timeoutMs: 5_000 });
};

describe('calls of AWS over TLS', () => {
  it('name the host, and keep the connection', async () => {
    await listen(makeCertificate({ name: HOST, host: HOST, issuer: authority.issuer }));
    for (let n = 0; n < 3; n += 1) expect((await call()).body.toString()).toBe('x');
    expect(names).toEqual([HOST, HOST, HOST]);
    expect(opened).toBe(1);
  });

  it.each([
    ['nobody vouches for the host', 'DEPTH_ZERO_SELF_SIGNED_CERT', { name: HOST, host: HOST }],
    ['it is another host', 'ERR_TLS_CERT_ALTNAME_INVALID', { name: 'b', host: 'b.example', issuer: authority.issuer }],
    ['it is no longer valid', 'CERT_HAS_EXPIRED', { name: HOST, host: HOST, issuer: authority.issuer, notAfter: 1 }],
  ])('tell nothing where %s', async (_, code, options) => {
    await listen(makeCertificate(options));
    await expect(call()).rejects.toMatchObject({ code });
    expect(names).toEqual([]);
  });
});
