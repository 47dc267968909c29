import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/*
 * The parts of Signature Version 4 that both signers need.
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
  readonly key: KeyObject;
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
      this.#last = { date, credentials, scope, key: createSecretKey(key) };
    }
    return this.#last;
  }
}

/** @param now milliseconds since 1970 @returns `20261120T231500Z` */
export function signingTime(now: number): string {
  const text = new Date(now).toISOString();
  return `${text.slice(0, 4)}${text.slice(5, 7)}${text.slice(8, 13)}${text.slice(14, 16)}${text.slice(17, 19)}Z`;
}

/** @param canonicalHash SHA-256 of the canonical request, in hexadecimal */
export function calculateSignature({ key, scope }: SigningKey, time: string, canonicalHash: string): string {
  return createHmac('sha256', key)
    .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${canonicalHash}`)
    .digest('hex');
}

/** The `UriEncode` of Signature Version 4: encodes everything but letters, digits and `-._~`. */
export function uriEncode(text: string): string {
  const encoded = encodeURIComponent(text);
  return /[!'()*]/.test(encoded) ? encoded.replaceAll(/[!'()*]/g, hexadecimal) : encoded;
}

const SERVICE = 'execute-api';
const TERMINATOR = 'aws4_request';

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

const hexadecimal = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
