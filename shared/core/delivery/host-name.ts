const LABEL = '[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?';
const HOST_NAME = new RegExp(`^${LABEL}(\\.${LABEL})*$`);

/** A host name in the spelling that is compared: lower case, without the dot of the root. */
export const plainHost = (hostname: string): string => hostname.toLowerCase().replace(/\.$/, '');

/** Names that end so are addresses to URL parsers and resolvers. */
const NUMERIC_END = /(^|\.)(\d+|0x[0-9a-f]*)$/;

/** Whether a plain host name is one that DNS could know. */
export const isHostName = (host: string): boolean => HOST_NAME.test(host) && !NUMERIC_END.test(host);
