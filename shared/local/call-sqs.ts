/** The engine looks at the form of a signature, not at its value. */
const SIGNATURE =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/local/aws4_request, SignedHeaders=host, Signature=0';

/**
 * Calls the embedded SQS by AWS's JSON protocol, e.g. `ReceiveMessage`: for what a deployment does on AWS (queues) or
 * AWS itself (feeding a function from a queue), which no adapter of ours does.
 */
export async function callSqs<Result>(
  endpoint: string,
  action: string,
  request: { readonly body: unknown; readonly signal?: AbortSignal },
): Promise<Result> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${action}`,
      'x-amz-date': '20260101T000000Z',
      authorization: SIGNATURE,
    },
    body: JSON.stringify(request.body),
    ...(request.signal && { signal: request.signal }),
  });
  const text = await response.text();
  const answer = text === '' ? {} : JSON.parse(text);
  if (response.ok) return answer;
  throw new Error(`${action} failed: ${answer.__type ?? response.status} ${answer.message ?? ''}`);
}
