import type { Issue } from '../../core/problem.ts';
import { pointerStep } from './pointer.ts';
import type { JsonScanner, Member } from './scanner.ts';

/** Stands for a value that is not to be built. */
const OPAQUE = true;

/** An object that was scanned, built; `issues` names the members that were given more than once, anywhere inside. */
export type BuiltObject = { readonly value: Readonly<Record<string, unknown>>; readonly issues: readonly Issue[] };

/** Builds the object of the last scan; the member called `opaque` is taken as it is, whatever its value. */
export function buildObject(scanner: JsonScanner, text: string, opaque?: string): BuiltObject {
  const issues: Issue[] = [];
  const entries = new Map<string, unknown>();
  for (const member of scanner.members.slice(0, scanner.count)) {
    const name = nameOf(text, member);
    const value = name === opaque ? OPAQUE : JSON.parse(text.slice(member.valueStart, member.valueEnd));
    const isRepeated = entries.has(name) || (name !== opaque && namesIn(value) !== member.innerNames);
    if (isRepeated) issues.push(repeated(name));
    entries.set(name, value);
  }
  // Not by assignment: a member called __proto__ has to stay a member.
  return { value: Object.fromEntries(entries), issues };
}

/** The name of a member, its escapes resolved. */
export const nameOf = (text: string, { nameStart, nameEnd }: Member): string => {
  const raw = text.slice(nameStart, nameEnd);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
};

/** Names at any depth; fewer than the text had where one was repeated. */
function namesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, inner) => sum + namesIn(inner), own);
}

const repeated = (name: string): Issue => ({
  pointer: pointerStep(name),
  code: 'DUPLICATE_FIELD',
  detail: 'The same name is given twice here, so it is not clear which value counts; send it once.',
});
