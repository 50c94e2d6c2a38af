import * as v from 'valibot';
import { makeAllowList } from './core/delivery/allow-list.ts';

/*
 * What the text of a setting may look like; `takes` ends the sentence about one that does not.
 */

export function pattern(form: RegExp, takes: string) {
  return v.pipe(v.string(takes), v.regex(form, takes));
}

/** A comma separated list without blanks or repetition; the empty text is the empty list. */
export function listOf(isElement: (text: string) => boolean, takes: string) {
  const split = (text: string) => (text === '' ? [] : text.split(','));
  const isList = (text: string) => {
    const parts = split(text);
    return parts.every(isElement) && new Set(parts).size === parts.length;
  };
  return v.pipe(v.string(takes), v.check(isList, takes), v.transform(split));
}

export function isUrl(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text) && URL.canParse(text);
}

export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536;
}

export function isAllowable(text: string): boolean {
  try {
    makeAllowList([text]);
    return true;
  } catch {
    return false;
  }
}

const someText = v.pipe(v.string(), v.nonEmpty());

/** Which process takes what an event source brings. `arn` is `null` for a cluster that is none of AWS, `topic` is of Kafka. */
const sourceRoute = v.strictObject({
  arn: v.nullable(someText),
  topic: v.nullable(someText),
  process: someText,
  input: someText,
});

export type SourceRoute = Readonly<v.InferOutput<typeof sourceRoute>>;

export const sourceRoutes = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(sourceRoute),
  v.check((routes) => routes.every(({ arn, topic }) => arn !== null || topic !== null)),
  v.check((routes) => new Set(routes.map(({ arn, topic }) => `${arn} ${topic}`)).size === routes.length),
);
