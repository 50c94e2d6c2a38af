/** Visible ASCII but the percent sign itself. */
const PLAIN = /^[!-$&-~]*$/;
const OTHER = /[^!-$&-~]+/g;

/**
 * Any Unicode text as a legal header value: visible ASCII stays, everything else and `%` becomes its UTF-8 bytes
 * percent-encoded. `decodeURIComponent` gives the text back.
 */
export const toHeaderText = (text: string): string =>
  PLAIN.test(text) ? text : text.toWellFormed().replace(OTHER, encodeURIComponent);
