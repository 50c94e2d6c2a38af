import { Problem } from '../../core/problem.ts';
import { quoted } from '../../core/quoted.ts';
import type { RequestHeaders } from './request-headers.ts';

export const JSON_MEDIA = 'application/json';
export const NDJSON_MEDIA = 'application/x-ndjson';
export type MediaType = typeof JSON_MEDIA | typeof NDJSON_MEDIA;

/** The media type of a request's body. Throws 415 for none, another, another charset or a compressed body (H11). */
export function mediaTypeOf(headers: RequestHeaders, taken: readonly MediaType[]): MediaType {
  const given = headers['content-type'] ?? '';
  const [type, ...parameters] = given.split(';').map((part) => part.trim().toLowerCase());
  const media = taken.find((candidate) => candidate === type);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (media !== undefined && parameters.every(isPlain) && encoding === 'identity') return media;
  const found =
    encoding === 'identity' ? `Content-Type is ${quoted(given)}` : `Content-Encoding is ${quoted(encoding)}`;
  throw new Problem(415, 'UNSUPPORTED_MEDIA_TYPE', `${found}; send ${taken.join(' or ')} in plain UTF-8.`);
}

/** Any parameter but a charset other than UTF-8. */
const isPlain = (parameter: string): boolean => {
  const [name = '', value = ''] = parameter.split('=').map((part) => part.trim());
  return name !== 'charset' || value === 'utf-8' || value === '"utf-8"';
};
