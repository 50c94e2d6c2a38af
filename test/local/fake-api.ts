import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { startApiServer } from '../../shared/local/api-server.ts';

export type FakeApi = {
  readonly url: string;
  /** What the function was called with. */
  readonly events: readonly APIGatewayProxyEventV2[];
  last(): APIGatewayProxyEventV2;
  /** The lengths of streamed bodies. */
  readonly streams: readonly number[];
  forget(): void;
  close(): Promise<void>;
};

const answer = (body: string) => ({ statusCode: 200, headers: { 'content-type': 'application/json' }, body });

/** The API server in front of functions that only remember. */
export async function startFakeApi(): Promise<FakeApi> {
  const events: APIGatewayProxyEventV2[] = [];
  const streams: number[] = [];
  const ingest = async (event: APIGatewayProxyEventV2) => {
    events.push(event);
    return answer('{"by":"ingest"}');
  };
  const bulkStream = async (request: AsyncIterable<Uint8Array>) => {
    let bytes = 0;
    for await (const chunk of request) bytes += chunk.length;
    streams.push(bytes);
    return answer('{"by":"stream"}');
  };
  const server = await startApiServer({ ingest, bulkStream }, 0);
  return {
    url: `http://127.0.0.1:${server.port}`,
    events,
    streams,
    last: () => {
      const event = events.at(-1);
      if (!event) throw new Error('no event came');
      return event;
    },
    forget: () => {
      events.length = 0;
      streams.length = 0;
    },
    close: () => server.close(0),
  };
}
