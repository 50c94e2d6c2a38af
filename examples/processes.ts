import { heartbeat } from './heartbeat/heartbeat.ts';
import { periodicSum } from './periodic-sum/periodic-sum.ts';
import { releaseMessages } from './release-messages/release-messages.ts';
import { rollingSessions } from './rolling-sessions/rolling-sessions.ts';
import { tumblingSum } from './tumbling-sum/tumbling-sum.ts';

/** All programs, for `npm start -- --processes examples/processes.ts`. */
export const processes = [heartbeat, periodicSum({ emptyPeriods: 2 }), releaseMessages, rollingSessions, tumblingSum];
