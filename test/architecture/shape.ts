import { clean, type Suite, violation } from './planted.ts';

const statements = (count: number) => repeat(count, (n) => `export const n${n} = ${n};\n`);
const functionOf = (lines: number) => `export function long(use: (n: number) => void): void {\n${calls(lines)}}\n`;
const calls = (count: number) => repeat(count, (n) => `  use(${n});\n`);
const wide = (columns: number) => `export const list = ['${'x'.repeat(columns - 31)}', 1, 2];\n`;
const repeat = (count: number, line: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => line(n)).join('');
const SUITE = `import { describe } from 'vitest';\n\ndescribe('many', () => {\n${repeat(60, (n) => `  test${n}();\n`)}});\n`;

export const shape: Suite = {
  title: 'files and modules',
  planted: [
    violation('shared/app/too-long.ts', 'noExcessiveLinesPerFile', statements(251)),
    clean('shared/app/long-enough.ts', statements(250)),
    violation('test/support/too-long.ts', 'noExcessiveLinesPerFile', statements(251)),
    violation('shared/app/too-much.ts', 'noExcessiveLinesPerFunction', functionOf(51)),
    clean('shared/app/much-enough.ts', functionOf(50)),
    violation('test/support/too-much.ts', 'noExcessiveLinesPerFunction', functionOf(51)),
    clean('test/many.test.ts', SUITE),
    clean('test/contract/many.ts', SUITE),
    violation('shared/app/camelCase.ts', 'useFilenamingConvention', 'export const n = 1;\n'),
    violation('test/PascalCase.test.ts', 'useFilenamingConvention', 'export const n = 1;\n'),
    clean('test/kebab-case.slow.test.ts', 'export const n = 1;\n'),
    violation('shared/app/by-default.ts', 'noDefaultExport', 'const n = 1;\n\nexport default n;\n'),
    clean('vitest.config.ts', 'const n = 1;\n\nexport default n;\n'),
    clean('shared/local/untyped.d.ts', "declare module 'untyped' {\n  const n: number;\n  export default n;\n}\n"),
    violation('shared/app/barrel.ts', 'noBarrelFile', "export { n } from './kind.ts';\n"),
    violation(
      'shared/app/no-extension.ts',
      'useImportExtensions',
      "import { n } from './kind';\n\nexport const m = n;\n",
    ),
    clean('shared/app/kind.ts', 'export type Kind = 1;\nexport const n = 1;\n'),
    violation(
      'shared/app/hen.ts',
      'noImportCycles',
      "import { egg } from './egg.ts';\n\nexport const hen = () => egg;\n",
    ),
    violation(
      'shared/app/egg.ts',
      'noImportCycles',
      "import { hen } from './hen.ts';\n\nexport const egg = () => hen;\n",
    ),
    violation(
      'shared/app/up.ts',
      'noImportCycles',
      "import type { Down } from './down.ts';\n\nexport type Up = Down[];\n",
    ),
    violation(
      'shared/app/down.ts',
      'noImportCycles',
      "import type { Up } from './up.ts';\n\nexport type Down = Up[];\n",
    ),
    violation('shared/app/wide.ts', 'format', wide(121)),
    clean('shared/app/wide-enough.ts', wide(120)),
    clean('NOTES.md', '|a|b|\n|-|-|\n'),
    clean('cdk.out/bundle.mjs', 'export default console\n'),
    violation('shared/app/unformatted.ts', 'format', 'export const n = "1"\n'),
    violation(
      'shared/app/unsorted.ts',
      'organizeImports',
      "import { b } from './b.ts';\nimport { a } from './a.ts';\n\nexport const c = [a, b];\n",
    ),
    ...['shared/app', 'shared/aws', 'functions', 'cdk', 'test'].map((at) =>
      violation(`${at}/prints.ts`, 'noConsole', "console.log('here');\n"),
    ),
    ...['shared/local', 'bench', 'examples'].map((at) => clean(`${at}/prints.ts`, "console.log('here');\n")),
    clean('test/sim/main.ts', "console.log('here');\n"),
  ],
};
