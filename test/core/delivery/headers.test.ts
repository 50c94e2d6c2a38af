import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeHeaders } from '../../../shared/core/delivery/headers.ts';

const numbered = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, 'v']));

describe('judgeHeaders', () => {
  it('accepts what receivers can read, names in lower case', () => {
    expect(judgeHeaders({ 'X-Team': 'growth', 'x.y_z!': 'a\tb ~', empty: '' })).toEqual({
      ok: true,
      value: { 'x-team': 'growth', 'x.y_z!': 'a\tb ~', empty: '' },
    });
  });

  it('I12: allows 20 headers and 4,096 bytes, no more', () => {
    expect(judgeHeaders(numbered(20)).ok).toBe(true);
    expect(judgeHeaders(numbered(21))).toMatchObject({ code: 'INVALID_HEADER', pointer: '' });
    expect(judgeHeaders({ ab: 'v'.repeat(4094) }).ok).toBe(true);
    expect(judgeHeaders({ ab: 'v'.repeat(4095) })).toMatchObject({ code: 'INVALID_HEADER', pointer: '' });
  });

  it.each<[string, Record<string, string>, string]>([
    ['a line break in a value', { x: 'ok\r\nX-Evil: 1' }, '/x'],
    ['a line feed alone', { x: 'ok\nX-Evil: 1' }, '/x'],
    ['a space in a name', { 'x a': 'v' }, '/x a'],
    ['an empty name', { '': 'v' }, '/'],
    ['a colon in a name', { 'x:': 'v' }, '/x:'],
    ['a line break in a name', { 'x\r\ny': 'v' }, '/x\r\ny'],
    ['a name beyond ASCII', { é: 'v' }, '/é'],
    ['a blank before a value', { x: ' v' }, '/x'],
    ['a blank behind a value', { x: 'v ' }, '/x'],
    ['a tab before a value', { x: '\tv' }, '/x'],
    ['a tab behind a value', { x: 'v\t' }, '/x'],
    ['a value of a blank', { x: ' ' }, '/x'],
    ['NUL in a value', { x: 'a\u0000b' }, '/x'],
    ['DEL in a value', { x: 'a\u007fb' }, '/x'],
    ['a value beyond Latin-1', { x: '日本' }, '/x'],
    ['a value beyond ASCII', { x: 'é' }, '/x'],
    ['a name twice', { 'x-a': '1', 'X-A': '2' }, '/X-A'],
    ['a slash and a tilde in a name', { 'a/b~': 'v' }, '/a~1b~0'],
    ['a name of 101 characters', { ['n'.repeat(101)]: 'v' }, ''],
    ['I14: a value of 20 kB', { x: 'v'.repeat(20_000) }, ''],
  ])('I12: refuses %s', (_name, headers, pointer) => {
    expect(judgeHeaders(headers)).toMatchObject({ ok: false, code: 'INVALID_HEADER', pointer });
  });

  it.each([
    'host',
    'Host',
    'content-length',
    'Transfer-Encoding',
    'connection',
    'AUTHORIZATION',
    'cookie',
    'webhook-id',
    'Webhook-Signature',
    'webhook-anything',
    'idempotency-key',
    'x-amz-date',
    'X-Amzn-Trace-Id',
    'x-forwarded-for',
    'meridian-attempt',
    'content-type',
    'content-encoding',
    'accept-encoding',
    'expect',
    'upgrade',
    'keep-alive',
    'te',
    'trailer',
    'proxy-authorization',
    'traceparent',
  ])('I13: keeps %s to itself', (name) => {
    expect(judgeHeaders({ [name]: 'v' })).toMatchObject({ ok: false, code: 'RESERVED_HEADER', pointer: `/${name}` });
  });

  it.each(['__proto__', 'constructor', 'toString'])('I4: takes a header named %s for a header', (name) => {
    const judged = judgeHeaders(JSON.parse(`{"${name}":"v"}`));
    expect(judged.ok && Object.entries(judged.value)).toEqual([[name.toLowerCase(), 'v']]);
  });

  it('says why in few words, whatever it is given', () => {
    const odd = fc.dictionary(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'binary' }), {
      maxKeys: 4,
    });
    fc.assert(
      fc.property(odd, (headers) => {
        const judged = judgeHeaders(headers);
        return judged.ok || (judged.detail.length < 200 && judged.pointer.length < 202);
      }),
    );
  });
});
