import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { type AwsClients } from '../aws/clients.js';

/** A response of `@connections` as it is on the wire, which the SDK does not show. */
export interface WireResponse {
  readonly status: number;
  readonly errorType: string | undefined;
  readonly body: string;
}

export interface ConnectionsRequest {
  readonly method: 'GET' | 'POST';
  /** `https://…/stage/@connections/{id}`, with the id encoded. */
  readonly url: URL;
  readonly body?: string;
  readonly isSigned: boolean;
}

const TIMEOUT_MS = 20_000;

/** Sends one request to `@connections`, signed with the credentials of the clients. */
export async function sendToConnections(
  clients: AwsClients,
  region: string,
  { method, url, body, isSigned }: ConnectionsRequest,
): Promise<WireResponse> {
  const request = {
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port !== '' && { port: Number(url.port) }),
    path: url.pathname,
    headers: { host: url.host },
    ...(body !== undefined && { body }),
  };
  const signer = new SignatureV4({
    service: 'execute-api',
    region,
    credentials: () => clients.apiGatewayV2.config.credentials(),
    sha256: Sha256,
  });
  const { headers } = isSigned ? await signer.sign(request) : request;
  const { host: _host, ...sent } = headers as Record<string, string>;
  const response = await fetch(url, {
    method,
    headers: sent,
    ...(body !== undefined && { body }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return {
    status: response.status,
    errorType: response.headers.get('x-amzn-errortype')?.replace(/:.*$/, ''),
    body: await response.text(),
  };
}

/** `403 ForbiddenException {"message":"Forbidden"}` */
export const describeResponse = ({ status, errorType, body }: WireResponse): string =>
  `${status}${errorType === undefined ? ', no error type' : ` ${errorType}`}${body === '' ? ', no body' : ` ${body}`}`;
