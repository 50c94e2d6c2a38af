import type { Authorization } from './stage.ts';

export type FirstMessageProps = { readonly url: string; readonly region: string; readonly auth: Authorization };

/**
 * Commands to paste: one makes a target that writes to the log, one sends it a message in ten seconds, one asks what became
 * of that. They take credentials from the environment; curl leaves a header out whose value is empty, as that of
 * long-lived keys is.
 */
export function firstMessage({ url, region, auth }: FirstMessageProps): Record<string, string> {
  const curl = `curl -s ${credentialsFor(auth, region)}`;
  const put = (path: string, body: string): string =>
    `${curl} -X PUT ${url}v1/${path} -H 'content-type: application/json' -d '${body}'`;
  return {
    FirstTarget: put('targets/log', '{"kind":"log"}'),
    FirstMessage: put('messages/first', '{"target":"log","delay":"PT10S","payload":{"text":"Good morning"}}'),
    FirstAnswer: `${curl} ${url}v1/messages/first`,
  };
}

function credentialsFor(auth: Authorization, region: string): string {
  if (auth === 'none') return '';
  if (auth !== 'iam') return 'jwt' in auth ? '-H "authorization: Bearer $TOKEN"' : '-H "x-api-key: $API_KEY"';
  const key = '--user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"';
  return `--aws-sigv4 aws:amz:${region}:execute-api ${key} -H "x-amz-security-token: $AWS_SESSION_TOKEN"`;
}
