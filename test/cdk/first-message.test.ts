import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { firstMessage } from '../../cdk/first-message.ts';
import type { Authorization } from '../../cdk/stage.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' };

/** What a shell makes of a pasted command, curl's name left out. */
function argumentsOf(command: string, environment: Readonly<Record<string, string>>): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }; ${command}`;
  const text = execFileSync('/bin/sh', ['-c', script], { env: environment, encoding: 'utf8' });
  return text.split('\0').slice(0, -1);
}

const commands = (auth: Authorization) =>
  firstMessage({ url: 'https://abc.execute-api.eu-west-1.amazonaws.com/', region: 'eu-west-1', auth });

describe('the commands of a first message', () => {
  it('make a target and send it a message, signed with the credentials of the environment', () => {
    const { FirstTarget = '', FirstMessage = '', FirstAnswer = '' } = commands('iam');
    const signed = ['-s', '--aws-sigv4', 'aws:amz:eu-west-1:execute-api', '--user', 'AKIA:secret', '-H'];
    const token = 'x-amz-security-token: session';
    const url = 'https://abc.execute-api.eu-west-1.amazonaws.com/v1';
    const session = { ...KEYS, AWS_SESSION_TOKEN: 'session' };
    const json = ['-H', 'content-type: application/json', '-d'];
    expect(argumentsOf(FirstTarget, session)).toEqual([
      ...[...signed, token, '-X', 'PUT', `${url}/targets/log`, ...json],
      '{"kind":"log"}',
    ]);
    expect(argumentsOf(FirstMessage, session)).toEqual([
      ...[...signed, token, '-X', 'PUT', `${url}/messages/first`, ...json],
      '{"target":"log","delay":"PT10S","payload":{"text":"Good morning"}}',
    ]);
    expect(argumentsOf(FirstAnswer, KEYS)).toEqual([...signed, 'x-amz-security-token: ', `${url}/messages/first`]);
  });

  it.each<[string, Authorization, string[]]>([
    ['nothing', 'none', []],
    ['a token', { jwt: { issuer: 'https://i.example.com', audiences: ['m'] } }, ['-H', 'authorization: Bearer t']],
    ['an API key', { apiKeys: { team: 'a'.repeat(64) } }, ['-H', 'x-api-key: k']],
  ])('take %s where the stage asks for it', (_, auth, expected) => {
    const { FirstAnswer = '' } = commands(auth);
    const found = argumentsOf(FirstAnswer, { TOKEN: 't', API_KEY: 'k' });
    expect(found.slice(1, -1)).toEqual(expected);
  });
});
