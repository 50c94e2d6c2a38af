import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeAllowList } from '../../../shared/core/delivery/allow-list.ts';
import { judgeTargetUrl, type TargetUrlPolicy } from '../../../shared/core/delivery/target-url.ts';

const strict: TargetUrlPolicy = { allowHttp: false, ports: [443], allow: makeAllowList([]) };
const lax: TargetUrlPolicy = { allowHttp: true, ports: [80, 443, 8443], allow: makeAllowList([]) };
const local: TargetUrlPolicy = { ...strict, allow: makeAllowList(['127.0.0.0/8', '::1', 'localhost']) };

const codeOf = (url: string, policy = strict) => {
  const judged = judgeTargetUrl(url, policy);
  return judged.ok ? `ok ${judged.value}` : judged.code;
};

describe('judgeTargetUrl', () => {
  it.each([
    'https://push.example.com/hook',
    'https://example.com/',
    'https://example.com/a/b?c=d&e=%20f',
    'https://xn--bcher-kva.example/',
    'https://8.8.8.8/hook',
    'https://[2606:4700:4700::1111]/',
    'https://a_b.example.com/',
  ])('accepts %s as it is', (url) => {
    expect(codeOf(url)).toBe(`ok ${url}`);
  });

  it.each([
    ['https://example.com', 'https://example.com/'],
    ['HTTPS://Example.COM/Hook', 'https://example.com/Hook'],
    ['https://example.com.:443/', 'https://example.com/'],
    ['https://example.com/a/../b', 'https://example.com/b'],
    ['https://134744072/', 'https://8.8.8.8/'],
    // Judged by the host that would be reached, and stored in a spelling that cannot be read in two ways (U3).
    ['https://example.com\\@127.0.0.1/', 'https://example.com/@127.0.0.1/'],
  ])('stores %s as %s', (url, stored) => {
    expect(codeOf(url)).toBe(`ok ${stored}`);
  });

  it.each([
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/plain,x',
    'gopher://example.com/',
    'HTTP:',
    'https:',
    'https:example.com',
    'https:/example.com',
    '//host/x',
    '/hook',
    'example.com',
    '',
    ' https://example.com/',
    'wss://example.com/',
    'htt\tps://example.com/',
  ])('U1: %j has the wrong scheme', (url) => {
    expect(codeOf(url)).toBe('URL_SCHEME');
  });

  it('U2: wants https', () => {
    expect(codeOf('http://example.com/')).toBe('HTTPS_REQUIRED');
    expect(codeOf('http://example.com/', lax)).toBe('ok http://example.com/');
  });

  it.each([
    'https://user:pass@example.com/',
    'https://user@example.com/',
    'https://:pass@example.com/',
    'http://127.0.0.1%2f@example.com/',
  ])('U3: %s holds user information', (url) => {
    expect(codeOf(url)).toBe('URL_USERINFO');
  });

  it.each([
    'localhost',
    'LOCALHOST',
    'localhost.',
    'app.localhost',
    'printer.local',
    'api.internal',
    'metadata.google.internal',
    'instance-data',
    'instance-data.ec2.internal',
    'intranet',
    'router.home.arpa',
    'a..b',
    '.',
    'example.com..',
    '-a.example.com',
  ])('U5: %s is no public host', (host) => {
    expect(codeOf(`https://${host}/`)).toBe('URL_HOST_NOT_PUBLIC');
    expect(codeOf(`http://${host}:8443/`, lax)).toBe('URL_HOST_NOT_PUBLIC');
  });

  it.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0x7f000001',
    '0177.0.0.1',
    '017700000001',
    '127.0.0.1.',
    '１２７.0.0.1',
    '169.254.169.254',
    '10.0.0.1',
    '[::]',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::7f00:1]',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:a9fe:a9fe::]',
    '[2001:0:4136:e378::]',
  ])('U6: %s leads nowhere public', (host) => {
    // Full-width digits never come as far as the address: they are no characters of a URL.
    const expected = /[^ -~]/.test(host) ? 'URL_INVALID' : 'URL_HOST_NOT_PUBLIC';
    expect(codeOf(`https://${host}/`)).toBe(expected);
  });

  it.each([0, 22, 25, 80, 6379, 8443, 9001, 65_535, 65_536, 99_999_999])('U8: port %i is closed', (port) => {
    expect(codeOf(`https://example.com:${port}/`)).toBe('PORT_NOT_ALLOWED');
  });

  it('U8: opens the ports that the operator lists', () => {
    expect(codeOf('https://example.com:8443/', lax)).toBe('ok https://example.com:8443/');
    expect(codeOf('http://example.com:443/', lax)).toBe('ok http://example.com:443/');
    expect(codeOf('http://example.com/', { ...lax, ports: [443] })).toBe('PORT_NOT_ALLOWED');
  });

  it.each([
    [`https://example.com/${'a'.repeat(2029)}`, 'URL_TOO_LONG'],
    ['https://example.com/#', 'URL_FRAGMENT'],
    ['https://example.com/#part', 'URL_FRAGMENT'],
    ['https://example.com#@127.0.0.1/', 'URL_FRAGMENT'],
    ['https://example.com/{{id}}', 'URL_TEMPLATE'],
    ['https://{{host}}/', 'URL_TEMPLATE'],
    ['https://example.com/a b', 'URL_INVALID'],
    ['https://exa\nmple.com/', 'URL_INVALID'],
    ['https://example.com/\u0000', 'URL_INVALID'],
    ['https://bücher.example/', 'URL_INVALID'],
    ['https://1.2.3.256/', 'URL_INVALID'],
    ['https://[::1/', 'URL_INVALID'],
    ['https://', 'URL_INVALID'],
    ['https:///', 'URL_INVALID'],
  ])('U10: refuses %j', (url, code) => {
    expect(codeOf(url)).toBe(code);
  });

  it('U10: allows exactly 2,048 characters', () => {
    const url = `https://example.com/${'a'.repeat(2028)}`;
    expect([url.length, codeOf(url)]).toEqual([2048, `ok ${url}`]);
  });

  it('lets the allow-list through with http and any port, and nothing beside it', () => {
    expect(codeOf('http://127.0.0.1:49152/echo', local)).toBe('ok http://127.0.0.1:49152/echo');
    expect(codeOf('http://localhost:1/', local)).toBe('ok http://localhost:1/');
    expect(codeOf('http://[::1]:1/', local)).toBe('ok http://[::1]:1/');
    expect(codeOf('http://example.com/', local)).toBe('HTTPS_REQUIRED');
    expect(codeOf('https://10.0.0.1/', local)).toBe('URL_HOST_NOT_PUBLIC');
    expect(codeOf('https://a.localhost/', local)).toBe('URL_HOST_NOT_PUBLIC');
    expect(codeOf('http://user@localhost:1/', local)).toBe('URL_USERINFO');
  });

  it('accepts what it stored again, unchanged', () => {
    const parts = fc.record({ host: fc.domain(), path: fc.webPath(), query: fc.webQueryParameters() });
    fc.assert(
      fc.property(parts, ({ host, path, query }) => {
        const judged = judgeTargetUrl(`https://${host}${path}?${query}`, strict);
        if (!judged.ok) return true;
        const again = judgeTargetUrl(judged.value, strict);
        return again.ok && again.value === judged.value;
      }),
    );
  });

  it('never throws, never stores a private literal', () => {
    const hosts = fc.oneof(
      fc.ipV4(),
      fc.ipV4Extended(),
      fc.ipV6().map((address) => `[${address}]`),
      fc.nat(2 ** 32 - 1).map(String),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(hosts, (host) => {
        const judged = judgeTargetUrl(`https://${host}/`, strict);
        if (!judged.ok) return true;
        const { hostname } = new URL(judged.value);
        return !/^(0|10|127|169\.254|192\.168)\.|^\[(::|f)/.test(hostname);
      }),
    );
  });
});
