/** What `onTimer` does in the cases whose steps do not tell: by case, then `key@timestamp`, in the vectors' commands. */
const CALLBACKS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  K03: { 'a@5': ['out:m', 'side:s'], 'a@7': ['out:m', 'side:s'] },
  X01: { 'B@10': ['e+11'], 'B@11': ['e+12'] },
  X02: { 'a@1': ['e+3'], 'a@3': ['e+5'] },
  X08: { 'a@5': ['out:x', 'e-5'] },
  X09: { 'a@10': ['ts'] },
};

export const callbacks = (caseId: string, key: string, timestamp: number): readonly string[] =>
  CALLBACKS[caseId]?.[`${key}@${timestamp}`] ?? [];
