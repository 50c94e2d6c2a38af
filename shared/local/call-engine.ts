import { exchange, makeConnections } from '../aws/exchange.ts';

/** The engine looks at the form of a signature, not at its value. */
const SIGNATURE =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/local/aws4_request, SignedHeaders=host, Signature=0';

/** Not by `fetch`, of which 24 kB a call outlive the young generation: a herd comes by hundreds of calls. */
const connections = makeConnections(Number.POSITIVE_INFINITY);

type EngineCall = { readonly body: unknown; readonly signal?: AbortSignal };

/** Calls the embedded SQS, e.g. `ReceiveMessage`. */
export const callSqs = <Result>(endpoint: string, action: string, call: EngineCall): Promise<Result> =>
  callEngine(endpoint, `AmazonSQS.${action}`, call);

/** Calls the embedded DynamoDB, e.g. `Scan`. */
export const callDynamo = <Result>(endpoint: string, action: string, call: EngineCall): Promise<Result> =>
  callEngine(endpoint, `DynamoDB_20120810.${action}`, call);

/**
 * Calls an engine by AWS's JSON protocol: for what a deployment does on AWS (queues) or AWS itself (feeding a function
 * from a queue, deleting what expired), which no adapter of ours does.
 */
async function callEngine<Result>(endpoint: string, target: string, { body, signal }: EngineCall): Promise<Result> {
  const { protocol, hostname, port } = new URL(endpoint);
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': target,
    'x-amz-date': '20260101T000000Z',
    authorization: SIGNATURE,
  };
  const request = { protocol, hostname, port, method: 'POST', path: '/', headers, body: JSON.stringify(body) };
  const { status, body: bytes } = await exchange(connections, request, { signal });
  const text = bytes.toString();
  const answer = text === '' ? {} : JSON.parse(text);
  if (status === 200) return answer;
  throw new Error(`${target} failed: ${answer.__type ?? status} ${answer.message ?? ''}`);
}
