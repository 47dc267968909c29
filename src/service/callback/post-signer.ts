import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { type ConnectionId } from '../../api/integration.js';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** One message, with what is the same for all who get it. */
export interface SignableMessage {
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

export function signable(data: string | Uint8Array): SignableMessage {
  const body = typeof data === 'string' ? Buffer.from(data) : data;
  return { body, bodyHash: hash('sha256', body) };
}

/**
 * Signs posts of `@connections` with Signature Version 4, byte for byte as the SDK's signer does, which
 * `test/service/callback/post-signer.spec.ts` proves. It is faster because what many posts have in common is made once:
 * the key of the day, the text of the second, the hash of the body.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class PostSigner {
  readonly #path: string;
  readonly #canonicalPath: string;
  readonly #host: string;
  #day: Day | undefined;
  #second: Second | undefined;

  /** @param endpoint where callbacks go, with the stage */
  constructor(
    endpoint: string,
    private readonly region: string,
  ) {
    const { host, pathname } = new URL(endpoint);
    this.#host = host;
    this.#path = `${pathname.replace(/\/$/, '')}/@connections/`;
    // the signature covers the path once more encoded, without what is empty in it
    this.#canonicalPath = `/${this.#path.split('/').filter(Boolean).map(encode).join('/')}/`;
  }

  /** @param now milliseconds since 1970 */
  sign(
    { bodyHash }: SignableMessage,
    connectionId: ConnectionId,
    credentials: Credentials,
    now: number,
  ): SignedPost {
    const second = this.#secondOf(credentials, now);
    const { time, scope, token, key, authorization } = second;
    const id = encode(connectionId);
    const canonicalHash = hash(
      'sha256',
      `POST\n${this.#canonicalPath}${encode(id)}\n\n${second.canonicalStart}${bodyHash}${second.canonicalEnd}${bodyHash}`,
    );
    const signature = createHmac('sha256', key)
      .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${canonicalHash}`)
      .digest('hex');
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
      authorization + signature,
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
    const time = new Date(second * 1000).toISOString().replaceAll(/[:-]|\.\d+/g, '');
    const { scope, key } = this.#dayOf(credentials, time.slice(0, 8));
    const token = credentials.sessionToken;
    const signedHeaders = `content-type;host;x-amz-content-sha256;x-amz-date${token ? ';x-amz-security-token' : ''}`;
    return {
      second,
      credentials,
      time,
      scope,
      key,
      token,
      canonicalStart: `content-type:${CONTENT_TYPE}\nhost:${this.#host}\nx-amz-content-sha256:`,
      canonicalEnd: `\nx-amz-date:${time}\n${token ? `x-amz-security-token:${token}\n` : ''}\n${signedHeaders}\n`,
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=`,
    };
  }

  #dayOf(credentials: Credentials, date: string): Day {
    if (this.#day?.date !== date || this.#day.credentials !== credentials) {
      const ofDate = hmac(`AWS4${credentials.secretAccessKey}`, date);
      const key = hmac(hmac(hmac(ofDate, this.region), SERVICE), TERMINATOR);
      const scope = `${date}/${this.region}/${SERVICE}/${TERMINATOR}`;
      this.#day = { date, credentials, scope, key: createSecretKey(key) };
    }
    return this.#day;
  }
}

interface Day {
  /** `20261120` */
  readonly date: string;
  readonly credentials: Credentials;
  readonly scope: string;
  readonly key: KeyObject;
}

interface Second {
  readonly second: number;
  readonly credentials: Credentials;
  /** `20261120T231500Z` */
  readonly time: string;
  readonly scope: string;
  readonly key: KeyObject;
  readonly token: string | undefined;
  /** The canonical headers up to the body's hash. */
  readonly canonicalStart: string;
  /** From there to the body's hash at the end. */
  readonly canonicalEnd: string;
  readonly authorization: string;
}

const SERVICE = 'execute-api';
const TERMINATOR = 'aws4_request';
/** As the SDK sends it; a text frame comes of it all the same. */
const CONTENT_TYPE = 'application/octet-stream';

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** All but letters, digits and `-._~`. */
function encode(text: string): string {
  const encoded = encodeURIComponent(text);
  return /[!'()*]/.test(encoded) ? encoded.replaceAll(/[!'()*]/g, hexadecimal) : encoded;
}

const hexadecimal = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
