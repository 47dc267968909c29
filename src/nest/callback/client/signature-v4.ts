import { createHmac, hash } from 'node:crypto';

/*
 * The parts of Signature Version 4 that do not depend on the request.
 */

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What all signatures of one day and one set of credentials have in common. */
export interface SigningKey {
  /** `20261120` */
  readonly date: string;
  readonly credentials: Credentials;
  /** `20261120/eu-central-1/execute-api/aws4_request` */
  readonly scope: string;
  readonly key: Buffer;
}

/** The signing keys for `@connections` of one Region. The last key is cached. */
export class SigningKeys {
  readonly #region: string;
  #last: SigningKey | undefined;

  constructor(region: string) {
    this.#region = region;
  }

  /** @param date `20261120` */
  keyFor(credentials: Credentials, date: string): SigningKey {
    if (this.#last?.date !== date || this.#last.credentials !== credentials) {
      const dateKey = hmac(`AWS4${credentials.secretAccessKey}`, date);
      const key = hmac(hmac(hmac(dateKey, this.#region), SERVICE), TERMINATOR);
      const scope = `${date}/${this.#region}/${SERVICE}/${TERMINATOR}`;
      this.#last = { date, credentials, scope, key };
    }
    return this.#last;
  }
}

/** @param now milliseconds since 1970 @returns `20261120T231500Z` */
export function signingTime(now: number): string {
  const text = new Date(now).toISOString();
  return `${text.slice(0, 4)}${text.slice(5, 7)}${text.slice(8, 13)}${text.slice(14, 16)}${text.slice(17, 19)}Z`;
}

/**
 * Calculates the signatures of one second.
 *
 * It is HMAC-SHA-256 (RFC 2104), written as its two hashes: of the strings to sign only the last 64 characters differ,
 * so that all else is in the buffers already, and a hash in one call costs half as much as an object of `createHmac`.
 */
export class Signatures {
  /** The inner key block, and the string to sign. */
  readonly #inner: Buffer;
  readonly #hashAt: number;
  /** The outer key block, and the inner hash. */
  readonly #outer: Buffer;

  constructor({ key, scope }: SigningKey, time: string) {
    const start = Buffer.from(`AWS4-HMAC-SHA256\n${time}\n${scope}\n`);
    this.#inner = Buffer.concat([keyBlock(key, 0x36), start, Buffer.alloc(2 * HASH_BYTES)]);
    this.#hashAt = this.#inner.length - 2 * HASH_BYTES;
    this.#outer = Buffer.concat([keyBlock(key, 0x5c), Buffer.alloc(HASH_BYTES)]);
  }

  /** @param canonicalRequest in ASCII @returns hexadecimal */
  of(canonicalRequest: string): string {
    this.#inner.write(hash('sha256', canonicalRequest), this.#hashAt, 'latin1');
    // a string costs less than a Buffer that has to be copied
    this.#outer.write(hash('sha256', this.#inner, 'binary'), BLOCK_BYTES, 'latin1');
    return hash('sha256', this.#outer);
  }
}

/** The `UriEncode` of Signature Version 4: encodes everything but letters, digits and `-._~`. */
export function uriEncode(text: string): string {
  const encoded = encodeURIComponent(text);
  return /[!'()*]/.test(encoded) ? encoded.replaceAll(/[!'()*]/g, hexadecimal) : encoded;
}

const SERVICE = 'execute-api';
const TERMINATOR = 'aws4_request';

/** Of SHA-256. */
const HASH_BYTES = 32;
const BLOCK_BYTES = 64;

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** @param key of at most one block */
const keyBlock = (key: Buffer, pad: number) =>
  Buffer.alloc(BLOCK_BYTES, pad).map((byte, index) => byte ^ (key[index] ?? 0));

const hexadecimal = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
