/** So few that the service has the first of them soon, so many that the turns themselves cost nothing beside them. */
const CALLS_A_TURN = 4;

/**
 * Lets so many calls begin in one turn of the event loop, and the others in the turns after it, in their order. To put a request
 * together takes the thread longer than all else: where dozens began at once, none would be written before all were put
 * together, and then the thread would wait for the service.
 */
export const makeTurns = (callsATurn = CALLS_A_TURN): (() => Promise<void>) => {
  const waiting: (() => void)[] = [];
  let begun = 0;

  const next = (): void => {
    const now = waiting.splice(0, callsATurn);
    begun = now.length;
    if (begun > 0) setImmediate(next);
    for (const begin of now) begin();
  };

  return () => {
    if (begun === callsATurn) return new Promise((resolve) => waiting.push(resolve));
    if (begun === 0) setImmediate(next);
    begun += 1;
    return Promise.resolve();
  };
};
