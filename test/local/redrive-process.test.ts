import { setTimeout as sleep } from 'node:timers/promises';
import { number, object } from 'valibot';
import { expect, it } from 'vitest';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import { startLocal } from '../../shared/local/start-local.ts';
import { until } from './receiver.ts';

let broken = true;

const late = defineProcess({
  name: 'late',
  element: object({ n: number() }),
  output: output<string>({ target: 'echo' }),
  onElement: (_, { now, timers }) => timers.processing.set(now),
  onTimer: (_, { emit, key }) => {
    if (broken) throw new Error('never works');
    emit(`fired for ${key}`);
  },
});

it('P10 a timer that a process gave up is redriven over HTTP, and its letter goes', async () => {
  const arrived: unknown[] = [];
  const runtime = await startLocal({
    processes: [late],
    onEcho: ({ body }) => arrived.push(JSON.parse(body.toString())),
  });
  try {
    const ask = async (method: string, path: string, body?: unknown) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(runtime.url + path, {
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return { status: answer.status, body: (await answer.json()) as { readonly items: readonly { id: string }[] } };
    };
    const letters = async () => (await ask('GET', '/v1/dead-letters?target=process:late')).body.items;
    await ask('POST', '/v1/processes/late/elements', { key: 'a', id: 'e1', value: { n: 1 } });
    const giveUpAt = Date.now() + 10_000;
    while ((await letters()).length === 0 && Date.now() < giveUpAt) await sleep(20);
    const ids = (await letters()).map(({ id }) => id);
    broken = false;
    expect(await ask('POST', '/v1/dead-letters/redrive', { ids })).toEqual({ status: 202, body: { redriven: 1 } });
    await until(() => arrived.length > 0, 10_000);
    expect([arrived, await letters()]).toEqual([['fired for a'], []]);
  } finally {
    await runtime.stop();
  }
});
