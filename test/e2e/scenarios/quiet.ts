import assert from 'node:assert/strict';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { resourcesOfType } from '../deployment.ts';
import { depthOf } from '../queues.ts';
import type { Scenario, World } from '../world.ts';

/** What Lambda itself writes is no JSON. */
const PLATFORM = /^(?:START|END|REPORT|INIT_START|INIT_REPORT) /;
/** What MiniStack writes into the log of a function that it killed, for a deployment or at the end of its time. */
const KILLED = /^Worker process died$/;

export type LogLine = { readonly group: string; readonly text: string };

/** Every line of every log group of the stacks since `fromMs`. */
export async function logLines({ clients, deployment }: World, fromMs = 0): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (const { id } of resourcesOfType(deployment, 'AWS::Logs::LogGroup')) {
    let nextToken: string | undefined;
    do {
      const command = new FilterLogEventsCommand({ logGroupName: id, startTime: fromMs, nextToken });
      const page = await clients.logs.send(command);
      for (const { message = '' } of page.events ?? []) lines.push({ group: id, text: message.trim() });
      nextToken = page.nextToken;
    } while (nextToken);
  }
  return lines;
}

export const logged: Scenario = {
  name: 'P23 P24 the logs are JSON, know the request of every line, and hold no payload',
  run: async (world) => {
    const lines = (await logLines(world)).filter(
      ({ text }) => text !== '' && !PLATFORM.test(text) && !KILLED.test(text),
    );
    const services = new Set<unknown>();
    for (const { text } of lines) {
      assert.ok(!text.includes(world.canary), `a payload stands in a log: ${text.slice(0, 500)}`);
      const line = parsed(text);
      services.add(line.service);
      if (line._aws === undefined && line.service !== undefined) {
        assert.ok(line.level && line.message && line.timestamp && line.stage, `a line lacks a field: ${text}`);
      }
    }
    for (const service of ['ingest', 'tick', 'send', 'elements', 'process', 'source'])
      assert.ok(services.has(service), `${service} logged nothing`);
    return `${lines.length} lines`;
  },
};

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`A line of the logs is no JSON: ${text.slice(0, 500)}`, { cause });
  }
}

/** `expected` is how many messages the scenarios put there themselves. */
export const deadLettersAre = (expected: number): Scenario => ({
  name: 'F13 no hint, no tick and no element ended among the dead letters by itself',
  run: async ({ clients, deployment }) => {
    const queues = resourcesOfType(deployment, 'AWS::SQS::Queue').filter(({ properties }) => !properties.RedrivePolicy);
    assert.ok(queues.length >= 4, 'a dead-letter queue is missing');
    const counts = await Promise.all(queues.map(({ id }) => depthOf(clients, id)));
    const found = counts.reduce((sum, count) => sum + count, 0);
    assert.equal(found, expected, `${found} messages are in the dead-letter queues, not ${expected}`);
    return `${queues.length} queues, ${found} messages`;
  },
});
