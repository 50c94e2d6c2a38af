import type { AttributeValue, DynamoDBClient, PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { parseHttpDate } from '../../core/time/http-date.ts';

type Address = Pick<HttpRequest, 'protocol' | 'hostname' | 'port' | 'path'>;

// biome-ignore lint/style/noRestrictedGlobals: a signature is made for the service's clock, by the SDK's correction of this one
const SystemDate = Date;

const CONTENT_TYPE = 'application/x-amz-json-1.0';
const TARGET = 'DynamoDB_20120810.PutItem';

/** A signature made by a clock that is off by as much as this may be refused; the SDK's own measure. */
const REFUSED_SKEW_MS = 240_000;

/**
 * Lets `PutItem`, the call behind each commit, pass by the SDK's general steps, which take more of the thread than all else of a
 * call: they look up the address and the ways to sign anew, and walk along schemas. The first call goes through them, and shows
 * the address; so does every answer that is no success, to become the SDK's own error there and to correct its clock.
 *
 *   lean:  input ─► JSON ─► signature ─► handler ─┬─► 200: output
 *   SDK:   input ─► … ─► serialised, signed ─► in place of the handler: the answer ─► error
 */
export function addLeanPut({ config, middlewareStack }: DynamoDBClient): void {
  const refusals = new WeakMap<object, HttpResponse>();
  let address: Address | undefined;

  const call = async (place: Address, input: PutItemCommandInput): Promise<HttpResponse> => {
    const { hostname, port } = place;
    const host = port === undefined ? hostname : `${hostname}:${port}`;
    const body = toJson(input);
    const length = String(Buffer.byteLength(body));
    const headers = { host, 'content-type': CONTENT_TYPE, 'content-length': length, 'x-amz-target': TARGET };
    const request = { ...place, method: 'POST', query: {}, headers, body };
    const signer = await config.signer();
    const signingDate = new SystemDate(SystemDate.now() + config.systemClockOffset);
    const signed = await signer.sign(request, { signingDate });
    return (await config.requestHandler.handle(signed as HttpRequest)).response;
  };

  /** As the SDK does with each answer: a clock that was set right since is not corrected any longer. */
  const correctClock = ({ headers }: HttpResponse): void => {
    const server = parseHttpDate(headers.date ?? '');
    if (server !== undefined) config.systemClockOffset = server - SystemDate.now();
  };

  /**
   * The SDK's word that the next signature will be right. The SDK itself would compare with the correction that it finds behind
   * the answer: where another answer came first, that is not the one by which this put was signed.
   */
  const noteCorrection = (error: unknown, offsetMs: number): void => {
    const { $metadata } = error as { $metadata?: { clockSkewCorrected?: boolean } };
    if ($metadata && Math.abs(config.systemClockOffset - offsetMs) >= REFUSED_SKEW_MS)
      $metadata.clockSkewCorrected = true;
  };

  middlewareStack.add(
    (next, { commandName }) => {
      if (commandName !== 'PutItemCommand') return next;
      return async (args) => {
        if (address === undefined) return next(args);
        const offsetMs = config.systemClockOffset;
        const response = await call(address, args.input as PutItemCommandInput);
        if (response.statusCode === 200) {
          correctClock(response);
          return { response, output: outputOf(response) };
        }
        refusals.set(args.input, response);
        return next(args).catch((error: unknown) => {
          noteCorrection(error, offsetMs);
          throw error;
        });
      };
    },
    { step: 'initialize', name: 'leanPut', priority: 'low' },
  );
  middlewareStack.add(
    (next) => async (args) => {
      const response = refusals.get(args.input);
      if (response !== undefined) return { response };
      const { protocol, hostname, port, path } = args.request as HttpRequest;
      address = { protocol, hostname, path, ...(port !== undefined && { port }) };
      return next(args);
    },
    { step: 'deserialize', name: 'leanPutRefusal', priority: 'low' },
  );
}

/** Bytes are in no other part of what our calls say. */
function toJson(input: PutItemCommandInput): string {
  const Item: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input.Item ?? {})) Item[name] = value.B ? { B: base64(value) } : value;
  return JSON.stringify({ ...input, Item });
}

function base64({ B }: AttributeValue.BMember): string {
  return Buffer.from(B.buffer, B.byteOffset, B.byteLength).toString('base64');
}

function outputOf({ body }: HttpResponse) {
  const { buffer, byteOffset, byteLength } = body as Uint8Array;
  return { ...JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString()), $metadata: { httpStatusCode: 200 } };
}
