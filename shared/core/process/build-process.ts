import { checkCalls } from './call/call-spec.ts';
import { checkParts } from './check-parts.ts';
import { ITEM_BYTES, LIMITS } from './limits.ts';
import { output } from './output.ts';
import type { Process } from './process.ts';
import { ProcessError } from './process-error.ts';
import { checkMigrations } from './state/migration.ts';
import { checkStates } from './state/spec.ts';
import type { Handlers, Untyped } from './untyped.ts';
import { boundedOutOfOrderness } from './watermark/strategy.ts';

const MAX_FUTURE_MS = 600_000;

/** Checks a definition and fills in what it leaves out; throws `INVALID_DEFINITION`. */
export const buildProcess = (definition: Untyped, handlers: Handlers): Process => {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(definition.name)) {
    throw new ProcessError(
      'INVALID_DEFINITION',
      `"${definition.name}" cannot name a process: use up to 64 lower-case letters, digits and hyphens.`,
    );
  }
  checkNumbers(definition);
  checkParts(definition, handlers);
  const { onResult = {}, onFailure = {} } = handlers;
  checkStates(definition.state ?? {});
  checkMigrations(definition.stateVersion ?? 1, definition.migrate ?? {});
  checkStates(handlers.broadcast?.state ?? {});
  checkCalls(definition.calls ?? {}, [onResult, onFailure]);
  return {
    name: definition.name,
    inputs: handlers.inputs,
    broadcast: handlers.broadcast ?? null,
    state: definition.state ?? {},
    stateVersion: definition.stateVersion ?? 1,
    migrations: definition.migrate ?? {},
    output: definition.output ?? null,
    // What a process has no use for is put out all the same: it is counted, and nothing disappears unseen.
    sideOutputs: {
      future: output(),
      ...(definition.allowedLatenessMs === undefined ? {} : { late: output() }),
      ...definition.sideOutputs,
    },
    watermark: definition.watermark ?? boundedOutOfOrderness(0),
    eventTime: definition.watermark !== undefined,
    maxFutureMs: definition.maxFutureMs ?? MAX_FUTURE_MS,
    allowedLatenessMs: definition.allowedLatenessMs ?? null,
    calls: definition.calls ?? {},
    onTimer: handlers.onTimer ?? (() => undefined),
    onResult,
    onFailure,
    limits: { ...LIMITS, ...definition.limits },
  };
};

function checkNumbers({ name, maxFutureMs = 0, allowedLatenessMs = 0, limits = {} }: Untyped): void {
  const refuse = (what: string): never => {
    throw new ProcessError('INVALID_DEFINITION', `Process "${name}": ${what}.`);
  };
  if (!(maxFutureMs >= 0)) refuse(`maxFutureMs is ${maxFutureMs}, and has to be 0 or more`);
  if (!(allowedLatenessMs >= 0)) refuse(`allowedLatenessMs is ${allowedLatenessMs}, and has to be 0 or more`);
  for (const [limit, value] of Object.entries(limits)) {
    if (!(Number.isSafeInteger(value) && value > 0))
      refuse(`the limit ${limit} is ${value}, and has to be a whole number above 0`);
  }
  if ((limits.stateBytes ?? 0) > ITEM_BYTES)
    refuse(`stateBytes is above ${ITEM_BYTES}, which is what is kept of a key at most`);
}
