import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { type SignedRequest } from '../../../src/gateway/iam/canonical-request.js';

/** Names in lower case; `host` is added. */
export type Headers = Readonly<Record<string, string>>;

export interface RequestToSign {
  readonly method?: string;
  /** Percent-encoded, as it is sent. */
  readonly path?: string;
  /** Decoded. */
  readonly query?: Readonly<Record<string, string | string[]>>;
  readonly headers?: Headers;
  readonly body?: string | Uint8Array;
}

export interface Signer {
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly region?: string;
  readonly service?: string;
  /** Milliseconds since 1970. */
  readonly at?: number;
}

export const HOST = '127.0.0.1:8080';

/** Signs like the SDKs. @returns the request as it is sent */
export async function sign(toSign: RequestToSign, signer: Signer = {}): Promise<SignedRequest> {
  const { headers, query } = await signerFor(signer).sign(smithyRequest(toSign), signingDate(signer));
  return onTheWire(toSign, headers, query ?? {});
}

/** Presigns like the SDKs. @param expiresIn seconds */
export async function presign(
  toSign: RequestToSign,
  { expiresIn, ...signer }: Signer & { readonly expiresIn?: number } = {},
): Promise<SignedRequest> {
  const { headers, query } = await signerFor(signer).presign(smithyRequest(toSign), {
    ...signingDate(signer),
    ...(expiresIn !== undefined && { expiresIn }),
  });
  return onTheWire(toSign, headers, query ?? {});
}

const signerFor = ({
  accessKeyId = 'AKIATEST',
  secretAccessKey = 'secret',
  sessionToken,
  region = 'us-east-1',
  service = 'execute-api',
}: Signer) =>
  new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    region,
    service,
    sha256: Sha256,
  });

const signingDate = ({ at = Date.now() }: Signer) => ({ signingDate: new Date(at) });

const smithyRequest = ({ method = 'GET', path = '/dev', query = {}, headers = {}, body }: RequestToSign) => ({
  method,
  protocol: 'http:',
  hostname: '127.0.0.1',
  port: 8080,
  path,
  query: { ...query },
  headers: { host: HOST, ...headers },
  ...(body !== undefined && { body }),
});

function onTheWire(
  { method = 'GET', path = '/dev', body = '' }: RequestToSign,
  headers: Headers,
  query: Readonly<Record<string, string | readonly string[] | null>>,
): SignedRequest {
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values ?? ''].flat().map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  );
  return {
    method,
    target: pairs.length > 0 ? `${path}?${pairs.join('&')}` : path,
    // Node's HTTP has one character for each byte
    rawHeaders: Object.entries(headers).flatMap(([name, value]) => [
      name,
      Buffer.from(value, 'utf8').toString('latin1'),
    ]),
    body: Buffer.from(body),
  };
}
