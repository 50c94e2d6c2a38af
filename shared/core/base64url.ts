const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NO_VALUE = 255;
/** By code unit, 255 for those that are none of the alphabet; ids are read at every step, so no Map. */
const VALUES = new Uint8Array(128).fill(NO_VALUE);
for (let value = 0; value < ALPHABET.length; value += 1) VALUES[ALPHABET.charCodeAt(value)] = value;

const valueAt = (text: string, at: number): number => VALUES[text.charCodeAt(at)] ?? NO_VALUE;

/** One character for a value of 0–63. */
export const sextetChar = (value: number): string => ALPHABET.charAt(value);

/** The value of one character, `undefined` where it is none of the alphabet. */
export const sextetValue = (char: string): number | undefined => {
  const value = char.length === 1 ? valueAt(char, 0) : NO_VALUE;
  return value === NO_VALUE ? undefined : value;
};

/** Base64url without padding (RFC 4648 section 5). */
export const toBase64Url = (bytes: Uint8Array): string => {
  const codes: number[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const chunk = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const chars = Math.min(4, bytes.length - at + 1);
    for (let n = 0; n < chars; n += 1) codes.push(ALPHABET.charCodeAt((chunk >> (18 - 6 * n)) & 63));
  }
  // In one piece: added up, it would stay a chain of as many strings until somebody reads it.
  return String.fromCharCode(...codes);
};

/** The bytes of canonical base64url text, `undefined` for any other text. */
export const fromBase64Url = (text: string): Uint8Array | undefined => {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let n = 0; n < text.length; n += 1) {
    const value = valueAt(text, n);
    if (value === NO_VALUE) return undefined;
    bits = ((bits << 6) | value) & 0xffffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at] = (bits >> held) & 255;
      at += 1;
    }
  }
  // What is left over of the last character says nothing, so only zeros may stand there.
  return held < 6 && (bits & ((1 << held) - 1)) === 0 ? bytes : undefined;
};
