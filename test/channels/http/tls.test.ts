import { createServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createServer as createTlsServer,
  getCACertificates,
  type SecureVersion,
  setDefaultCACertificates,
} from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type HttpChannel, makeHttpChannel } from '../../../shared/channels/http/http-channel.ts';
import type { Outcome } from '../../../shared/ports/channel.ts';
import { type Certificate, type CertificateOptions, makeCertificate } from './certificate.ts';
import { clock, LOOPBACK, outcomeOf, type Receiver, receiveTls, targetOf } from './receiver.ts';

const HOST = 'hook.example.com';
const authority = makeCertificate({ name: 'Test Authority', isAuthority: true });
const systemAuthorities = getCACertificates();

let channel: HttpChannel;
let receiver: Receiver | undefined;
let names: unknown[];

beforeAll(() => setDefaultCACertificates([...systemAuthorities, authority.cert]));
afterAll(() => setDefaultCACertificates(systemAuthorities));
beforeEach(() => {
  names = [];
  receiver = undefined;
  channel = makeHttpChannel({ clock, allow: LOOPBACK, resolve: () => Promise.resolve(['127.0.0.1']) });
});
afterEach(async () => {
  await channel.close();
  await receiver?.close();
});

const certified = (options: Partial<CertificateOptions> = {}): Certificate =>
  makeCertificate({ name: HOST, host: HOST, issuer: authority.issuer, ...options });

const attempt = (port: number): Promise<Outcome> => outcomeOf(channel, targetOf(`https://${HOST}:${port}/hook`));

const attemptWith = async (certificate: Certificate): Promise<Outcome> => {
  const server = createServer(certificate, (request, answer) => {
    names.push([(request.socket as { servername?: unknown }).servername, request.headers.host]);
    answer.end();
  });
  receiver = await receiveTls(server);
  return attempt(receiver.port);
};

const failed = (reason: string) => ({ kind: 'failed', reason, retryable: true, effectPossible: false });

describe('F24: TLS', () => {
  it('names and verifies the host of the URL at the address that was judged', async () => {
    expect(await attemptWith(certified())).toEqual({ kind: 'sent', status: 200 });
    expect(names).toEqual([[HOST, `${HOST}:${receiver?.port}`]]);
  });

  it('resumes its sessions on later connections', async () => {
    const server = createServer(certified(), (request, answer) => {
      names.push((request.socket as { isSessionReused?(): boolean }).isSessionReused?.());
      answer.setHeader('connection', 'close').end();
    });
    receiver = await receiveTls(server);
    for (let n = 0; n < 3; n += 1) expect(await attempt(receiver.port)).toMatchObject({ kind: 'sent' });
    expect(names).toEqual([false, true, true]);
  });

  it.each<[string, string, () => Certificate]>([
    ['an expired certificate', 'TLS_CERT_EXPIRED', () => certified({ notAfter: Date.now() - 1000 })],
    ['a self-signed certificate', 'TLS_CERT_UNTRUSTED', () => makeCertificate({ name: HOST, host: HOST })],
    [
      'an unknown authority',
      'TLS_CERT_UNTRUSTED',
      () => certified({ issuer: makeCertificate({ name: 'Nobody', isAuthority: true }).issuer }),
    ],
    ['another host', 'TLS_CERT_WRONG_HOST', () => certified({ host: 'other.example.com' })],
    ['a wildcard one level too high', 'TLS_CERT_WRONG_HOST', () => certified({ host: '*.com' })],
  ])('%s', async (_name, reason, certificate) => {
    expect(await attemptWith(certificate())).toEqual(failed(reason));
    expect(names).toEqual([]);
  });

  it.each<SecureVersion>(['TLSv1', 'TLSv1.1'])('%s', async (version) => {
    const old = { ...certified(), minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
    receiver = await receiveTls(createTlsServer(old));
    expect(await attempt(receiver.port)).toEqual(failed('TLS'));
  });

  it.each<SecureVersion>(['TLSv1.2', 'TLSv1.3'])('%s is fine', async (version) => {
    const server = createServer({ ...certified(), minVersion: version, maxVersion: version }, (_request, answer) =>
      answer.end(),
    );
    receiver = await receiveTls(server);
    expect(await attempt(receiver.port)).toEqual({ kind: 'sent', status: 200 });
  });

  it('a receiver that speaks no TLS', async () => {
    receiver = await receiveTls(createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    expect(await attempt(receiver.port)).toEqual(failed('TLS'));
  });

  it('a receiver that hangs up during the handshake', async () => {
    receiver = await receiveTls(createTcpServer((socket) => socket.once('data', () => socket.destroy())));
    expect(await attempt(receiver.port)).toEqual(failed('CONNECT_FAILED'));
  });

  it('F21: a receiver that is silent during the handshake', async () => {
    let ends = 0;
    const silent = createTcpServer((socket) => {
      socket.resume().on('close', () => {
        ends += 1;
      });
    });
    receiver = await receiveTls(silent);
    const outcome = await outcomeOf(channel, targetOf(`https://${HOST}:${receiver.port}/`, { timeoutMs: 200 }));
    expect(outcome).toEqual(failed('CONNECT_TIMEOUT'));
    await sleep(100);
    expect(ends).toBe(1);
  });

  it('F21: a handshake that ends after the deadline brings no request', async () => {
    let requests = 0;
    const secure = createServer(certified(), (_request, answer) => {
      requests += 1;
      answer.end();
    });
    receiver = await receiveTls(
      createTcpServer((socket) => void sleep(300).then(() => secure.emit('connection', socket))),
    );
    const outcome = await outcomeOf(channel, targetOf(`https://${HOST}:${receiver.port}/`, { timeoutMs: 100 }));
    expect(outcome).toEqual(failed('CONNECT_TIMEOUT'));
    await sleep(400);
    expect(requests).toBe(0);
  });
});
