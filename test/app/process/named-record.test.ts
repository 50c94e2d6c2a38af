import { expect, test } from 'vitest';
import { DamagedRecord } from '../../../shared/app/damaged-record.ts';
import { decodeNamed, encodeNamed } from '../../../shared/app/process/named-record.ts';
import { seal } from '../../../shared/app/sealed-text.ts';

const PLACE = { table: 'control', pk: 'watermark#a', sk: '-' } as const;
const RECORD = { firedThrough: 5 };

test('F51 the record of a process is read back as it was, and that of another, or one that was changed, is damaged', () => {
  const doc = encodeNamed('a', RECORD);
  expect(decodeNamed({ ...PLACE, doc }, 'a')).toEqual(RECORD);
  expect(() => decodeNamed({ ...PLACE, doc }, 'b')).toThrow(DamagedRecord);
  expect(() => decodeNamed({ ...PLACE, doc: doc.replace('5', '6') }, 'a')).toThrow(DamagedRecord);
  expect(() => decodeNamed(PLACE, 'a')).toThrow(DamagedRecord);
});

test('F39 a record that an older release wrote, without the name, is read', () => {
  expect(decodeNamed({ ...PLACE, doc: seal(JSON.stringify(RECORD)) }, 'a')).toEqual(RECORD);
});
