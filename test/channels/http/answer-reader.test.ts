import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerReader } from '../../../shared/channels/http/answer-reader.ts';
import { AttemptFault } from '../../../shared/channels/http/attempt-fault.ts';

type Read = { readonly status: number; readonly bytes: number; readonly isWhole: boolean; readonly canGoOn: boolean };

/** What a reader makes of an answer that comes in these pieces; undefined where it refuses it. */
const read = (pieces: readonly Buffer[], reader = new AnswerReader()): Read | undefined => {
  reader.start();
  try {
    let isWhole = false;
    for (const piece of pieces) isWhole = reader.take(piece);
    return { status: reader.answer.status, bytes: reader.answer.bytes, isWhole, canGoOn: reader.canGoOn };
  } catch (error) {
    expect(error).toBeInstanceOf(AttemptFault);
    return undefined;
  }
};

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
const whole = (text: string): Read | undefined => read([bytesOf(text)]);

/** The text in pieces that end at the given indexes. */
const cut = (text: string, indexes: readonly number[]): Buffer[] => {
  const ends = [...new Set(indexes.map((index) => index % text.length))].sort((a, b) => a - b);
  return [0, ...ends].map((from, n) => bytesOf(text.slice(from, ends[n] ?? text.length)));
};

const ANSWERS: readonly (readonly [string, string, Omit<Read, 'isWhole'>])[] = [
  ['no content', 'HTTP/1.1 204 No Content\r\ndate: x\r\n\r\n', { status: 204, bytes: 0, canGoOn: true }],
  ['no reason', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', { status: 200, bytes: 0, canGoOn: true }],
  ['a body', 'HTTP/1.1 201 \xe9\r\nContent-Length:  5 \r\n\r\nhello', { status: 201, bytes: 5, canGoOn: true }],
  [
    'chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5;a=b\r\nhello\r\n00A\r\n0123456789\r\n0\r\nx-sum: 1\r\n\r\n',
    { status: 200, bytes: 15, canGoOn: true },
  ],
  [
    'an interim answer',
    'HTTP/1.1 103 Hints\r\nlink: a\r\n\r\nHTTP/1.1 304 X\r\ncontent-length: 7\r\n\r\n',
    { status: 304, bytes: 0, canGoOn: true },
  ],
  [
    'the end of the connection',
    'HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 1\r\n\r\n!',
    { status: 200, bytes: 1, canGoOn: false },
  ],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\n!', { status: 200, bytes: 1, canGoOn: false }],
];

describe('an answer', () => {
  it.each(ANSWERS)('with %s is read, in whatever pieces it comes', (_name, text, expected) => {
    expect(whole(text)).toEqual({ ...expected, isWhole: true });
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 12 }), (indexes) => {
        expect(read(cut(text, indexes))).toEqual({ ...expected, isWhole: true });
      }),
    );
    for (let length = 1; length < text.length; length += 1) expect(whole(text.slice(0, length))?.isWhole).toBe(false);
  });

  it.each(ANSWERS)('with %s and one byte too many ends the use of the connection', (_name, text) => {
    expect(whole(`${text}H`)).toMatchObject({ isWhole: true, canGoOn: false });
  });

  it.each(ANSWERS)('with %s leaves nothing for the next on the connection', (_name, text, expected) => {
    const reader = new AnswerReader();
    read([bytesOf('HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\nretry-after: 5\r\n\r\n3\r\nab')], reader);
    expect(read([bytesOf(text)], reader)).toEqual({ ...expected, isWhole: true });
    expect(reader.answer).toMatchObject({
      retryAfter: undefined,
      excerpt: reader.answer.status < 300 ? undefined : reader.answer.excerpt,
    });
  });

  it('without a length ends with the connection, and one with a length does not', () => {
    const open = new AnswerReader();
    expect(read([bytesOf('HTTP/1.1 200 OK\r\n\r\nhel'), bytesOf('lo')], open)).toMatchObject({
      bytes: 5,
      isWhole: false,
    });
    expect(open.end()).toBe(true);
    const cutOff = new AnswerReader();
    read([bytesOf('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello')], cutOff);
    expect(cutOff.end()).toBe(false);
  });

  it('tells how long the receiver keeps idle connections', () => {
    const idleOf = (value: string): number | undefined => {
      const reader = new AnswerReader();
      read([bytesOf(`HTTP/1.1 204 X\r\nkeep-alive: ${value}\r\n\r\n`)], reader);
      return reader.idleMs;
    };
    expect(['timeout=5', 'max=7, Timeout=60', 'timeout=x', 'xtimeout=5', 'timeout=5x'].map(idleOf)).toEqual([
      5000,
      60_000,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('F23: refused as no answer', () => {
  const head = (line: string): string => `HTTP/1.1 200 OK\r\n${line}\r\ncontent-length: 0\r\n\r\n`;
  const chunked = (body: string): string => `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body}`;
  it.each([
    ['HTTP/2', 'HTTP/2 200 OK\r\n\r\n'],
    ['a later version', 'HTTP/1.2 200 OK\r\n\r\n'],
    ['a blank line first', '\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 OK\r\n\r\n'],
    ['bare line feeds', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n'],
    ['one bare line feed', head('a: b\nc: d')],
    ['a bare carriage return', head('a: b\rc: d')],
    ['a NUL', head('a: \0')],
    ['a folded header', head('a: b\r\n c')],
    ['a blank before the colon', head('content-length : 5')],
    ['a header without a colon', head('nonsense')],
    ['a header without a name', head(': x')],
    ['a second length, even the same', head('content-length: 0')],
    ['a list of lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5, 5\r\n\r\nhello'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n'],
    ['a hexadecimal length', 'HTTP/1.1 200 OK\r\ncontent-length: 0x5\r\n\r\nhello'],
    ['a length beyond all numbers', `HTTP/1.1 200 OK\r\ncontent-length: ${'9'.repeat(20)}\r\n\r\n`],
    ['both kinds of length', head('transfer-encoding: chunked')],
    ['a chunk longer than its size', chunked('3\r\nhello\r\n0\r\n\r\n')],
    ['a chunk shorter than its size', chunked('7\r\nhello\r\n0\r\n\r\n')],
    ['a negative chunk', chunked('-1\r\n')],
    ['a chunk without a size', chunked(';a=b\r\n')],
    ['a chunk that ends in a bare line feed', chunked('5\nhello\r\n0\r\n\r\n')],
    ['endless extensions', chunked(`5;${'a'.repeat(20_000)}`)],
    ['endless lines behind the last chunk', chunked(`0\r\n${'a: b\r\n'.repeat(4_000)}`)],
    ['nonsense behind the last chunk', chunked('0\r\nnonsense\r\n\r\n')],
    ['a head of 16 kB', head(`a: ${'b'.repeat(16_384)}`)],
    ['a head of 16 kB without an end', `HTTP/1.1 200 OK\r\na: ${'b'.repeat(16_384)}`],
  ])('%s', (_name, text) => {
    expect(whole(text)).toBeUndefined();
  });

  it('any bytes at all, quickly, without another error and without growing', () => {
    const near = fc.constantFrom(
      'HTTP/1.1 200 OK',
      '\r\n',
      '\n',
      ': ',
      'content-length',
      'chunked',
      '0',
      ' ',
      '\t',
      'é',
      ',',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(near, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 40 }), (parts) => {
        read(parts.map((part) => Buffer.from(part)));
      }),
      { numRuns: 500 },
    );
  });

  it.each([' ', '\t', 'a', ',', ', ', ';'])('16 kB of %j in no time, in one piece or byte by byte', (text) => {
    const long = text.repeat(16_000 / text.length);
    const from = performance.now();
    for (const line of ['a', 'connection', 'keep-alive', 'transfer-encoding', 'retry-after']) {
      whole(`HTTP/1.1 200 OK\r\n${line}: ${long}!\r\n\r\n`);
      whole(`HTTP/1.1 200 OK\r\n${line}: ${long}\0\r\n\r\n`);
    }
    read([...bytesOf(`HTTP/1.1 200 OK\r\na:${long}`)].map((byte) => Buffer.of(byte)));
    expect(performance.now() - from).toBeLessThan(2_000);
  });
});
