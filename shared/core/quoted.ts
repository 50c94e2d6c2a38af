const SHOWN = 40;

/**
 * An outsider's text for a sentence of ours: in quotes, the first 40 code units, printable ASCII only.
 * Control characters, bidirectional marks and lone surrogates appear as escapes, so they can spoil no log or terminal.
 */
export const quoted = (text: string): string => {
  const shown = JSON.stringify(text.slice(0, SHOWN)).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length > SHOWN ? `${shown} (cut short)` : shown;
};
