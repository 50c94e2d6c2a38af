/** What an SQS or SNS body may not hold (I8); U+0000 to U+001F stand in JSON as escapes, U+FFFE and U+FFFF stand there raw. */
const ILLEGAL = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** A byte-order mark is a part of the payload. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A payload as text that a queue or topic takes; `undefined` where it is none. */
export const legalText = (payload: Uint8Array): string | undefined => {
  const text = textOf(payload);
  return text === undefined || ILLEGAL.test(text) ? undefined : text;
};

/** A payload as the JSON text that it is; `undefined` where it is none, so that it forges nothing in JSON around it. */
export const jsonText = (payload: Uint8Array): string | undefined => {
  const text = textOf(payload);
  if (text === undefined) return undefined;
  try {
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
};

export const base64Text = (payload: Uint8Array): string => Buffer.from(payload).toString('base64');

const textOf = (payload: Uint8Array): string | undefined => {
  try {
    return utf8.decode(payload);
  } catch {
    return undefined;
  }
};
