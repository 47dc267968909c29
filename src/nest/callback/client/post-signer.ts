import { hash } from 'node:crypto';
import { type ConnectionId } from '../../../api/integration.js';
import { type HashedBody } from './hashed-body.js';
import {
  calculateSignature,
  type Credentials,
  type SigningKey,
  type SigningKeys,
  signingTime,
  uriEncode,
} from './signature-v4.js';

/** The parts of a signed post that depend on the connection. */
export interface SignedPost {
  readonly path: string;
  /** A flat list: name, value, … */
  readonly headers: string[];
}

/**
 * Signs posts of `@connections` with Signature Version 4, byte for byte like the SDK's signer, which
 * `test/nest/callback/client/post-signer.spec.ts` proves. It is faster because it computes once what many posts share:
 * the key of the day, the headers of the second, the hash of the body.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class PostSigner {
  readonly #keys: SigningKeys;
  readonly #path: string;
  readonly #canonicalPath: string;
  readonly #host: string;
  #second: SharedBySecond | undefined;

  /** @param endpoint the callback endpoint, with the stage */
  constructor(endpoint: string, keys: SigningKeys) {
    const { host, pathname } = new URL(endpoint);
    this.#keys = keys;
    this.#host = host;
    this.#path = `${pathname.replace(/\/$/, '')}/@connections/`;
    // the canonical path is encoded twice and has no empty segments
    this.#canonicalPath = `/${this.#path.split('/').filter(Boolean).map(uriEncode).join('/')}/`;
  }

  /** @param now milliseconds since 1970 */
  sign(
    { bodyHash }: HashedBody,
    connectionId: ConnectionId,
    credentials: Credentials,
    now: number,
  ): SignedPost {
    const second = this.#sharedAt(credentials, now);
    const { time, token, authorization } = second;
    const id = uriEncode(connectionId);
    const canonicalHash = hash(
      'sha256',
      `POST\n${this.#canonicalPath}${uriEncode(id)}\n\n${second.canonicalStart}${bodyHash}${second.canonicalEnd}${bodyHash}`,
    );
    const headers = [
      'host',
      this.#host,
      'content-type',
      CONTENT_TYPE,
      'x-amz-content-sha256',
      bodyHash,
      'x-amz-date',
      time,
      'authorization',
      authorization + calculateSignature(second.key, time, canonicalHash),
    ];
    if (token) headers.push('x-amz-security-token', token);
    return { path: this.#path + id, headers };
  }

  #sharedAt(credentials: Credentials, now: number): SharedBySecond {
    const second = Math.floor(now / 1000);
    if (this.#second?.second !== second || this.#second.credentials !== credentials) {
      this.#second = this.#compute(credentials, second);
    }
    return this.#second;
  }

  #compute(credentials: Credentials, second: number): SharedBySecond {
    const time = signingTime(second * 1000);
    const key = this.#keys.keyFor(credentials, time.slice(0, 8));
    const token = credentials.sessionToken;
    const signedHeaders = `content-type;host;x-amz-content-sha256;x-amz-date${token ? ';x-amz-security-token' : ''}`;
    return {
      second,
      credentials,
      time,
      key,
      token,
      canonicalStart: `content-type:${CONTENT_TYPE}\nhost:${this.#host}\nx-amz-content-sha256:`,
      canonicalEnd: `\nx-amz-date:${time}\n${token ? `x-amz-security-token:${token}\n` : ''}\n${signedHeaders}\n`,
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${key.scope}, SignedHeaders=${signedHeaders}, Signature=`,
    };
  }
}

/** What all signatures of one second have in common. */
interface SharedBySecond {
  /** Seconds since 1970. */
  readonly second: number;
  readonly credentials: Credentials;
  /** `20261120T231500Z` */
  readonly time: string;
  readonly key: SigningKey;
  readonly token: string | undefined;
  /** The canonical request from the headers to the first hash of the body. */
  readonly canonicalStart: string;
  /** The canonical request between the two hashes of the body. */
  readonly canonicalEnd: string;
  /** The header's value up to the signature. */
  readonly authorization: string;
}

/** The SDK's content type. API Gateway sends the body as a text frame all the same. */
const CONTENT_TYPE = 'application/octet-stream';
