import { type ConnectionId } from '../../../api/integration.js';
import { type PostBody } from './post-body.js';
import { type Credentials, Signatures, type SigningKeys, signingTime, uriEncode } from './signature-v4.js';

/** A post that is ready to be sent. */
export interface SignedPost {
  readonly method: 'POST';
  readonly path: string;
  /** A flat list: name, value, … It does not have `host`, which is always the endpoint's. */
  readonly headers: string[];
  readonly body: Uint8Array;
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
    { bytes, sha256 }: PostBody,
    connectionId: ConnectionId,
    credentials: Credentials,
    now: number,
  ): SignedPost {
    const second = this.#sharedAt(credentials, now);
    const id = uriEncode(connectionId);
    // encoded text has no other character that is encoded again
    const canonicalId = id.replaceAll('%', '%25');
    const signature = second.signatures.of(
      `POST\n${this.#canonicalPath}${canonicalId}\n\n${second.canonicalStart}${sha256}${second.canonicalEnd}${sha256}`,
    );
    const headers = [
      'content-type',
      CONTENT_TYPE,
      'x-amz-content-sha256',
      sha256,
      'x-amz-date',
      second.time,
      'authorization',
      second.authorization + signature,
    ];
    if (second.token) headers.push('x-amz-security-token', second.token);
    return { method: 'POST', path: this.#path + id, headers, body: bytes };
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
      token,
      signatures: new Signatures(key, time),
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
  readonly token: string | undefined;
  readonly signatures: Signatures;
  /** The canonical request from the headers to the first hash of the body. */
  readonly canonicalStart: string;
  /** The canonical request between the two hashes of the body. */
  readonly canonicalEnd: string;
  /** The header's value up to the signature. */
  readonly authorization: string;
}

/** The SDK's content type. API Gateway sends the body as a text frame all the same. */
const CONTENT_TYPE = 'application/octet-stream';
