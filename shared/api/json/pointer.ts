const SHOWN = 64;

/** One step of a JSON pointer (RFC 6901). Names of outsiders are cut short: a pointer is for reading, not for lookup. */
export const pointerStep = (name: string | number): string => {
  const text = String(name).toWellFormed();
  const cut = text.length > SHOWN ? `${text.slice(0, SHOWN).toWellFormed()}…` : text;
  return `/${cut.replaceAll('~', '~0').replaceAll('/', '~1')}`;
};
