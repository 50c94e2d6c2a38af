import { type Suite, violation } from './planted.ts';

/** One line each that only the named rule refuses. */
const REFUSED: Readonly<Record<string, string>> = {
  noEnum: 'export enum Kind {\n  One = 1,\n}\n',
  noExplicitAny: 'export const read = (value: any): string => value;\n',
  noExtraBooleanCast: 'export const pick = (n: number) => (!!n ? 1 : 2);\n',
  noFlatMapIdentity: 'export const flat = (rows: number[][]) => rows.flatMap((row) => row);\n',
  noFloatingPromises:
    'export const forget = async (send: () => Promise<void>): Promise<number> => {\n  await send();\n  send();\n  return 1;\n};\n',
  noNonNullAssertion: 'export const first = (list: number[]) => list[0]!;\n',
  noParameterProperties: 'export class Holder {\n  constructor(readonly held: number) {}\n}\n',
  noUnusedFunctionParameters: 'export const one = (two: number) => 1;\n',
  noUnusedImports: "import { n } from './kind.ts';\n\nexport const m = 1;\n",
  noUnusedVariables: 'const lost = 1;\n\nexport const n = 1;\n',
  noUselessCatch:
    'export function run(act: () => void): void {\n  try {\n    act();\n  } catch (error) {\n    throw error;\n  }\n}\n',
  noUselessConstructor: 'export class Empty {\n  readonly n = 1;\n  constructor() {}\n}\n',
  noUselessContinue:
    'export function walk(list: number[]): void {\n  for (const n of list) {\n    use(n);\n    continue;\n  }\n}\n',
  noUselessEmptyExport: 'export const n = 1;\nexport {};\n',
  noUselessEscapeInRegex: 'export const at = /\\@/;\n',
  noUselessLabel: 'export function once(): void {\n  loop: while (ready()) {\n    break loop;\n  }\n}\n',
  noUselessLoneBlockStatements: 'export function run(): void {\n  {\n    act();\n  }\n}\n',
  noUselessRename: "import { n as n } from './kind.ts';\n\nexport const m = n;\n",
  noUselessStringRaw: 'export const text = String.raw`plain`;\n',
  noUselessSwitchCase:
    'export function pick(n: number): number {\n  switch (n) {\n    case 1:\n    default:\n      return 2;\n  }\n}\n',
  noUselessTernary: 'export const is = (n: number) => (n === 1 ? true : false);\n',
  noUselessThisAlias: 'export class Self {\n  get() {\n    const self = this;\n    return () => self;\n  }\n}\n',
  noUselessTypeConstraint: 'export type Box<T extends unknown> = { held: T };\n',
  noUselessUndefinedInitialization:
    'export function later(): number | undefined {\n  let n: number | undefined = undefined;\n  n = next();\n  return n;\n}\n',
  useArrayLiterals: 'export const list = new Array(1, 2);\n',
  useConst: 'let n = 1;\n\nexport const m = n;\n',
  useErrorCause:
    'export function run(act: () => void): void {\n  try {\n    act();\n  } catch (error) {\n    throw new Error(String(error));\n  }\n}\n',
  useExponentiationOperator: 'export const square = (n: number) => Math.pow(n, 2);\n',
  useFlatMap: 'export const flat = (rows: number[]) => rows.map((n) => [n]).flat();\n',
  useImportType: "import { Kind } from './kind.ts';\n\nexport type Own = Kind;\n",
  useIndexOf: 'export const find = (list: number[]) => list.findIndex((n) => n === 1);\n',
  useLiteralKeys: "export const get = (o: { key: number }) => o['key'];\n",
  useNodejsImportProtocol: "import { join } from 'path';\n\nexport const path = join('a');\n",
  useParseIntRadix: "export const n = Number.parseInt('1');\n",
  useShorthandFunctionType: 'export interface Act {\n  (): void;\n}\n',
  useTemplate: "export const say = (n: number) => 'n' + n;\n",
};

export const taste: Suite = {
  title: 'taste',
  planted: Object.entries(REFUSED).map(([rule, source]) =>
    violation(`shared/app/${rule.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`, rule, source),
  ),
};
