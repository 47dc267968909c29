import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { credentials, type Target } from './target.js';

export interface RequestOptions {
  readonly method?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Record<string, string>;
}

/**
 * A signed request that no SDK would send. AWS responds to it, and its response can be compared header by
 * header.
 */
export async function signedRequest(
  target: Target,
  service: 'apigateway' | 'execute-api',
  url: string,
  { method = 'GET', body, headers = {} }: RequestOptions = {},
): Promise<Response> {
  const signer = new SignatureV4({ credentials, region: target.region, service, sha256: Sha256 });
  const { protocol, host, hostname, port, pathname, searchParams } = new URL(url);
  const signed = await signer.sign({
    method,
    protocol,
    hostname,
    ...(port !== '' && { port: Number(port) }),
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { ...headers, host },
    ...(body !== undefined && { body }),
  });
  const { host: _, ...sent } = signed.headers;
  return fetch(url, { method, headers: sent, ...(body !== undefined && { body: body as string }) });
}
