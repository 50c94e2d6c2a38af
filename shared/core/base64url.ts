const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Map([...ALPHABET].map((char, value) => [char, value]));

/** One character for a value of 0–63. */
export const sextetChar = (value: number): string => ALPHABET.charAt(value);

/** The value of one character, `undefined` where it is none of the alphabet. */
export const sextetValue = (char: string): number | undefined => VALUES.get(char);

/** Base64url without padding (RFC 4648 section 5). */
export const toBase64Url = (bytes: Uint8Array): string => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const chunk = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const chars = Math.min(4, bytes.length - at + 1);
    for (let n = 0; n < chars; n += 1) text += ALPHABET.charAt((chunk >> (18 - 6 * n)) & 63);
  }
  return text;
};

/** The bytes of canonical base64url text, `undefined` for any other text. */
export const fromBase64Url = (text: string): Uint8Array | undefined => {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const char of text) {
    const value = VALUES.get(char);
    if (value === undefined) return undefined;
    bits = ((bits << 6) | value) & 0xffffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at] = (bits >> held) & 255;
      at += 1;
    }
  }
  return toBase64Url(bytes) === text ? bytes : undefined;
};
