import { createSocket, type Socket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSystemResolve } from '../../../shared/channels/http/resolve.ts';
import { makeAllowList } from '../../../shared/core/delivery/allow-list.ts';

const NXDOMAIN = 3;
const SERVFAIL = 2;
const A = 1;
const AAAA = 28;
const V4 = Buffer.of(93, 184, 215, 14);
const V6 = Buffer.from('26064700470000000000000000001111', 'hex');

type Zone = Record<
  string,
  { readonly code?: number; readonly a?: readonly Buffer[]; readonly aaaa?: readonly Buffer[] }
>;

const ZONE: Zone = {
  'both.example.com': { a: [V4, V4], aaaa: [V6] },
  'v4.example.com': { a: [V4] },
  'v6.example.com': { aaaa: [V6] },
  'nothing.example.com': {},
  'broken.example.com': { code: SERVFAIL },
};

/** A name server that knows the zone above. */
const answerTo = (query: Buffer): Buffer => {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const type = query.readUInt16BE(at + 1);
  const known = ZONE[labels.join('.').toLowerCase()] ?? { code: NXDOMAIN };
  const records = (type === A ? known.a : type === AAAA ? known.aaaa : []) ?? [];
  const head = Buffer.from(query.subarray(0, 12));
  head.writeUInt16BE(0x8180 | (known.code ?? 0), 2);
  for (const [offset, count] of [1, records.length, 0, 0].entries()) head.writeUInt16BE(count, 4 + 2 * offset);
  const answers = records.map((data) =>
    Buffer.concat([Buffer.of(0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length), data]),
  );
  return Buffer.concat([head, query.subarray(12, at + 5), ...answers]);
};

let server: Socket;
let asked = 0;
beforeAll(async () => {
  server = createSocket('udp4');
  server.on('message', (query, from) => {
    asked += 1;
    server.send(answerTo(query), from.port, from.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.close();
  await once(server, 'close');
});

const resolve = makeSystemResolve(makeAllowList(['localhost']), () => {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([`127.0.0.1:${server.address().port}`]);
  return resolver;
});

describe('F25: the system’s resolvers', () => {
  it('find the addresses of both families, IPv4 first', async () => {
    expect(await resolve('both.example.com')).toEqual(['93.184.215.14', '93.184.215.14', '2606:4700:4700::1111']);
  });

  it('find those of one family', async () => {
    expect(await resolve('v4.example.com')).toEqual(['93.184.215.14']);
    expect(await resolve('v6.example.com')).toEqual(['2606:4700:4700::1111']);
  });

  it.each([
    ['gone.example.com', 'ENOTFOUND'],
    ['nothing.example.com', 'ENODATA'],
    ['broken.example.com', 'ESERVFAIL'],
  ])('reject for %s', async (host, code) => {
    await expect(resolve(host)).rejects.toMatchObject({ code });
  });

  it('read names of the allow-list from the hosts file', async () => {
    const before = asked;
    const addresses = await resolve('localhost');
    expect(addresses.every((address) => ['127.0.0.1', '::1'].includes(address))).toBe(true);
    expect(addresses.length).toBeGreaterThan(0);
    expect(asked).toBe(before);
  });
});
