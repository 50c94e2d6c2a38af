/** Draws `docs/dashboard.svg`; a test fails when it is not what the stacks would make. */
import { writeFileSync } from 'node:fs';
import { drawDashboard } from './draw-dashboard.ts';
import { readDashboard } from './read-dashboard.ts';

writeFileSync(new URL('../../docs/dashboard.svg', import.meta.url), drawDashboard(readDashboard()));
