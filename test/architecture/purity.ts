import { clean, type Planted, type Suite, violation } from './planted.ts';

const TIME = ['Date', 'performance', 'setTimeout', 'setInterval'];
const TIMELESS = ['ports', 'app', 'aws', 'channels', 'api', 'telemetry'].map((folder) => `shared/${folder}`);
const TELLS_TIME = ['shared/memory', 'shared/local', 'bench', 'examples', 'test'];
const ON_LAMBDA = [...TIMELESS, 'shared', 'functions', 'cdk'];
const READS_NO_PROCESS = [...ON_LAMBDA, 'shared/memory'].filter((at) => at !== 'shared' && at !== 'shared/telemetry');

const name = (global: string) => global.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/^-/, '');
const uses = (folder: string, global: string): Planted =>
  violation(`${folder}/uses-${name(global)}.ts`, 'noRestrictedGlobals', `export const used = ${global};\n`);
const mayUse = (folder: string, global: string): Planted => ({ ...uses(folder, global), rules: [] });

const NOW = 'export const now = (): number => Date.now();\n';
const ENV = 'export const stage = process.env.STAGE;\n';
const DICE = 'export const dice = (): number => Math.random();\n';
const TIMER = "import { setTimeout as wait } from 'node:timers/promises';\n\nexport const nap = () => wait(1);\n";
const TEMPORAL_NOW =
  "import { instant } from 'temporal-polyfill/fns/Now';\n\nexport const now = () => instant().epochMilliseconds;\n";
const TEMPORAL =
  "import { Temporal } from 'temporal-polyfill';\n\nexport const now = () => Temporal.Now.instant().epochMilliseconds;\n";

export const purity: Suite = {
  title: 'the core is pure',
  planted: [
    ...[...TIME, 'setImmediate', 'process', 'console', 'crypto', 'fetch', 'globalThis'].map((global) =>
      uses('shared/core', global),
    ),
    violation('shared/core/takes-a-date.ts', 'noRestrictedGlobals', 'export const year = (at: Date) => at;\n'),
    ...['shared/core', 'shared/ports', 'shared/app'].map((at) => violation(`${at}/rolls.ts`, 'no-hidden-dice', DICE)),
    clean('shared/aws/rolls.ts', DICE),
  ],
};

export const oneClock: Suite = {
  title: 'only the clock adapters read time',
  planted: [
    ...ON_LAMBDA.flatMap((folder) => [...TIME, 'globalThis'].map((global) => uses(folder, global))),
    ...TELLS_TIME.flatMap((folder) => TIME.map((global) => mayUse(folder, global))),
    clean('shared/aws/system-clock.ts', `${TIMER}${NOW}`),
    ...['shared/app', 'shared/channels', 'functions', 'cdk'].map((at) =>
      violation(`${at}/naps.ts`, 'no-hidden-clock', TIMER),
    ),
    violation('shared/core/reads-temporal.ts', 'no-hidden-clock', TEMPORAL_NOW),
    violation('shared/app/reads-temporal.ts', 'no-hidden-clock', TEMPORAL),
    ...TELLS_TIME.map((at) => clean(`${at}/naps.ts`, TIMER)),
  ],
};

export const oneEnvironment: Suite = {
  title: 'only shared/config.ts reads the environment',
  planted: [
    ...READS_NO_PROCESS.map((folder) => uses(folder, 'process')),
    ...['shared', 'shared/telemetry', 'shared/local', 'examples'].map((folder) =>
      violation(`${folder}/reads-env.ts`, 'noProcessEnv', ENV),
    ),
    ...['shared/config.ts', 'shared/local/preflight.mjs', 'test/reads-env.ts', 'bench/reads-env.ts'].map((path) =>
      clean(path, ENV),
    ),
  ],
};
