import { hash } from 'node:crypto';
import {
  type Credentials,
  uriEncode,
  calculateSignature,
  type SigningKeys,
  signingTime,
} from './signature-v4.js';

/** A request as the SDK's client has made it, before it is signed and after. */
export interface SdkRequest {
  readonly method: string;
  readonly path: string;
  /** Names in any case. */
  headers: Record<string, string>;
  readonly body?: Uint8Array | string | undefined;
}

/**
 * What the SDK's client takes as its `signer`: signs any request of `@connections`, byte for byte as the SDK's own
 * signer does, which `test/nest/callback/sdk-request-signer.spec.ts` proves. That one makes its hashes by promises
 * in eight steps, which is more than half of what a post costs with it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class SdkRequestSigner {
  /** @param credentials those to sign with now */
  constructor(
    private readonly keys: SigningKeys,
    private readonly credentials: () => Credentials | Promise<Credentials>,
  ) {}

  /** @param signingDate the time by the clock of AWS, as far as the SDK knows how far ours is off */
  async sign<Request extends SdkRequest>(
    request: Request,
    { signingDate }: { signingDate: Date },
  ): Promise<Request> {
    const credentials = await this.credentials();
    const time = signingTime(signingDate.getTime());
    const key = this.keys.keyFor(credentials, time.slice(0, 8));
    const bodyHash = request.body === undefined ? EMPTY_HASH : sha256(request.body);

    const { headers } = request;
    headers['x-amz-date'] = time;
    headers['x-amz-content-sha256'] = bodyHash;
    if (credentials.sessionToken) headers['x-amz-security-token'] = credentials.sessionToken;

    const signed = Object.keys(headers)
      .map((name) => [name.toLowerCase(), headers[name]!] as const)
      .filter(([name]) => !UNSIGNED.has(name))
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    const signedHeaders = signed.map(([name]) => name).join(';');
    const canonicalHeaders = signed.map(
      ([name, value]) => `${name}:${value.trim().replaceAll(/\s+/g, ' ')}\n`,
    );
    // the path once more encoded, without what is empty in it; none of the operations has a query
    const canonicalPath = request.path.split('/').filter(Boolean).map(uriEncode).join('/');
    const canonical = `${request.method}\n/${canonicalPath}\n\n${canonicalHeaders.join('')}\n${signedHeaders}\n${bodyHash}`;
    const signature = calculateSignature(key, time, sha256(canonical));
    headers['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${key.scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
    return request;
  }
}

const sha256 = (data: Uint8Array | string) => hash('sha256', data);

const EMPTY_HASH = sha256('');

/** Headers that a proxy may change on the way, of those that the SDK's client sets. */
const UNSIGNED: ReadonlySet<string> = new Set(['authorization', 'user-agent', 'x-amzn-trace-id']);
