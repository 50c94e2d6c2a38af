import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { OperationId } from '../../shared/api/operations.ts';

/** The event of an HTTP API (payload format 2.0); `operation` is set once the route is found. */
export type HttpEvent = APIGatewayProxyEventV2 & { operation?: OperationId };
