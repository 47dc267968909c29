import { hash } from 'node:crypto';
import {
  calculateSignature,
  type Credentials,
  type SigningKeys,
  signingTime,
  uriEncode,
} from './signature-v4.js';

/** A request of the SDK's client, before or after it is signed. */
export interface SdkRequest {
  readonly method: string;
  readonly path: string;
  /** Names in any case. */
  headers: Record<string, string>;
  readonly body?: Uint8Array | string | undefined;
}

/**
 * The `signer` for the SDK's client: signs any request of `@connections`, byte for byte like the SDK's own signer,
 * which `test/nest/callback/client/sdk-request-signer.spec.ts` proves. The SDK's signer computes its hashes in eight
 * asynchronous steps, which are more than half of the cost of a post.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class SdkRequestSigner {
  readonly #keys: SigningKeys;
  readonly #currentCredentials: () => Credentials | Promise<Credentials>;

  constructor(keys: SigningKeys, currentCredentials: () => Credentials | Promise<Credentials>) {
    this.#keys = keys;
    this.#currentCredentials = currentCredentials;
  }

  /** @param signingDate the time of this machine's clock, corrected by the offset to AWS that the SDK has measured */
  async sign<Request extends SdkRequest>(
    request: Request,
    { signingDate }: { signingDate: Date },
  ): Promise<Request> {
    const credentials = await this.#currentCredentials();
    const time = signingTime(signingDate.getTime());
    const key = this.#keys.keyFor(credentials, time.slice(0, 8));
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
    // encoded twice and without empty segments; no operation has a query string
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

/** Headers of the SDK's client that a proxy may change. */
const UNSIGNED: ReadonlySet<string> = new Set(['authorization', 'user-agent', 'x-amzn-trace-id']);
