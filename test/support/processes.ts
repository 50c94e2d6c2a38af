import type { Engine } from '../../shared/app/engine.ts';
import { makeDeadLetterDesk } from '../../shared/app/make-dead-letter-desk.ts';
import { makeMessageDesk } from '../../shared/app/make-message-desk.ts';
import { makeStatusDesk } from '../../shared/app/make-status-desk.ts';
import { makeTick } from '../../shared/app/tick/make-tick.ts';
import { carryingDesk } from './canary.ts';

/** What a process of the API has. */
export const makeApi = (engine: Engine) => ({
  engine,
  desk: carryingDesk(makeMessageDesk(engine)),
  deadLetters: makeDeadLetterDesk(engine),
  status: makeStatusDesk(engine),
});

/** The process of the tick, and a new one in its place when it was killed. */
export const makeTickProcess = (engineOf: (owner: string) => Engine) => {
  let made = 0;
  let current = makeTick(engineOf('tick'));
  const replaceTick = (): void => {
    made += 1;
    current = makeTick(engineOf(`tick-${made}`));
  };
  const tick: ReturnType<typeof makeTick> = { run: (options) => current.run(options) };
  return { tick, replaceTick };
};
