import { ECHO_TARGET } from './echo-target.ts';

export type WelcomeFacts = {
  readonly url: string;
  readonly echoUrl: string;
  readonly data: string;
  /** Names of the process functions that run. */
  readonly processes: readonly string[];
};

/** What a person sees when everything runs. */
export const welcome = ({ url, echoUrl, data, processes }: WelcomeFacts): string => `
Meridian is running.

  API              ${url}            described at ${url}/openapi.json
  Echo receiver    ${echoUrl}   target "${ECHO_TARGET}"
  Data             ${data}
${processesLine(url, processes)}
Schedule a message to the echo receiver, ten seconds ahead:

  curl -X PUT ${url}/v1/messages/hello -H 'content-type: application/json' \\
    -d '{"target":"${ECHO_TARGET}","delay":"PT10S","payload":{"text":"Good morning"}}'

Or wake 10,000 people in all time zones at their nine o'clock, from a second terminal:

  npm run sample${url.endsWith(':8787') ? '' : ` -- --url ${url}`}

Deliveries show up here. Ctrl-C stops.
`;

const processesLine = (url: string, processes: readonly string[]): string =>
  processes.length === 0
    ? ''
    : `  Processes        ${processes.join(', ')}   fed at ${url}/v1/processes/{name}/elements\n`;
