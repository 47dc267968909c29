import { hash } from 'node:crypto';
import { type ConnectionId } from '../../api/integration.js';
import {
  type Credentials,
  uriEncode,
  calculateSignature,
  type SigningKey,
  type SigningKeys,
  signingTime,
} from './signature-v4.js';

/** One message, with what is the same for all who get it. */
export interface HashedBody {
  readonly body: Uint8Array;
  /** In hexadecimal. */
  readonly bodyHash: string;
}

/** What to send to one connection. */
export interface SignedPost {
  readonly path: string;
  /** Names and values by turns. */
  readonly headers: string[];
}

export function hashBody(data: string | Uint8Array): HashedBody {
  const body = typeof data === 'string' ? Buffer.from(data) : data;
  return { body, bodyHash: hash('sha256', body) };
}

/**
 * Signs posts of `@connections` with Signature Version 4, byte for byte as the SDK's signer does, which
 * `test/nest/callback/post-signer.spec.ts` proves. It is faster because what many posts have in common is made once:
 * the key of the day, the text of the second, the hash of the body.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class PostSigner {
  readonly #path: string;
  readonly #canonicalPath: string;
  readonly #host: string;
  #second: Second | undefined;

  /** @param endpoint where callbacks go, with the stage */
  constructor(
    endpoint: string,
    private readonly keys: SigningKeys,
  ) {
    const { host, pathname } = new URL(endpoint);
    this.#host = host;
    this.#path = `${pathname.replace(/\/$/, '')}/@connections/`;
    // the signature covers the path once more encoded, without what is empty in it
    this.#canonicalPath = `/${this.#path.split('/').filter(Boolean).map(uriEncode).join('/')}/`;
  }

  /** @param now milliseconds since 1970 */
  sign(
    { bodyHash }: HashedBody,
    connectionId: ConnectionId,
    credentials: Credentials,
    now: number,
  ): SignedPost {
    const second = this.#secondOf(credentials, now);
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

  #secondOf(credentials: Credentials, now: number): Second {
    const second = Math.floor(now / 1000);
    if (this.#second?.second !== second || this.#second.credentials !== credentials) {
      this.#second = this.#newSecond(credentials, second);
    }
    return this.#second;
  }

  #newSecond(credentials: Credentials, second: number): Second {
    const time = signingTime(second * 1000);
    const key = this.keys.keyFor(credentials, time.slice(0, 8));
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

interface Second {
  readonly second: number;
  readonly credentials: Credentials;
  /** `20261120T231500Z` */
  readonly time: string;
  readonly key: SigningKey;
  readonly token: string | undefined;
  /** The canonical headers up to the body's hash. */
  readonly canonicalStart: string;
  /** From there to the body's hash at the end. */
  readonly canonicalEnd: string;
  readonly authorization: string;
}

/** As the SDK sends it; a text frame comes of it all the same. */
const CONTENT_TYPE = 'application/octet-stream';
