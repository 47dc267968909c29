import { createLocalJWKSet, type CryptoKey, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { Problem } from '../http/problem.js';

/**
 * The public keys of a token issuer, read by HTTP and cached. jose's own `createRemoteJWKSet` reads a response of any
 * size, and refuses a new key within 30 s of the last read.
 */
export class IssuerKeys {
  readonly #url: URL;
  readonly #timeoutMs: number;
  #keys: ReturnType<typeof createLocalJWKSet> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  #earlyReads = EARLY_READS;
  #earlyReadsAt = 0;

  constructor(url: URL, timeoutMs: number) {
    this.#url = url;
    this.#timeoutMs = timeoutMs;
  }

  /** Reads the keys. Concurrent calls share one request. */
  read(): Promise<void> {
    this.#reading ??= this.#fetch().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /**
   * Finds the key that a token names. Reads the keys again when they are old, and early when the token names an unknown
   * key.
   *
   * @throws {Problem} `not_ready`: the keys cannot be read
   * @throws {errors.JOSEError} the token's key is not among them
   */
  readonly find: JWTVerifyGetKey = async (header, token): Promise<CryptoKey> => {
    await this.#renew();
    const keys = this.#keys!;
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // the keys were read again in the meantime, for another token
      if (this.#keys !== keys) return this.#keys!(header, token);
      if (this.#reading === undefined && !this.#mayReadEarly()) {
        // it may be a new key: that is not known while the issuer does not respond
        if (this.#failedAt > this.#readAt) throw notReady(error);
        throw error;
      }
      await this.read().catch(throwNotReady);
      return this.#keys(header, token);
    }
  };

  /** Reads the keys again if they are old. If that fails, uses them for some time, and pauses before the next read. */
  async #renew(): Promise<void> {
    const now = Date.now();
    if (now - this.#readAt < FRESH_MS) return;
    const isUsable = now - this.#readAt < USABLE_MS;
    if (isUsable && now - this.#failedAt < PAUSE_MS) return;
    await this.read().catch((error: unknown) => {
      if (!isUsable) throw notReady(error);
    });
  }

  #mayReadEarly(): boolean {
    const now = Date.now();
    const earned = Math.floor((now - this.#earlyReadsAt) / EARLY_READ_MS);
    if (earned > 0) {
      this.#earlyReads = Math.min(EARLY_READS, this.#earlyReads + earned);
      this.#earlyReadsAt = now;
    }
    if (this.#earlyReads === 0) return false;
    this.#earlyReads -= 1;
    return true;
  }

  async #fetch(): Promise<void> {
    try {
      const response = await fetch(this.#url, {
        headers: { accept: 'application/json, application/jwk-set+json' },
        redirect: 'manual',
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      const text = await boundedText(response);
      // neither the keys of an error page nor those behind a redirect
      if (response.status !== 200) throw new Error(`expected status 200, received ${response.status}`);
      this.#keys = createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
      this.#readAt = Date.now();
    } catch (error) {
      this.#failedAt = Date.now();
      throw error;
    }
  }
}

/** Keys are read again at this age. A key that the issuer has withdrawn is accepted until then. */
const FRESH_MS = 10 * 60_000;

/**
 * Keys that cannot be read again are used until this age: clients reconnect every two hours, also while the issuer is
 * down.
 */
const USABLE_MS = 60 * 60_000;

/** The pause after a failed read while there are keys to use. */
const PAUSE_MS = 1_000;

/**
 * A token bucket for reads because of unknown keys: a burst of two, then one per ten seconds. A new key is accepted at
 * once, and tokens with random key ids cannot flood the issuer.
 */
const EARLY_READS = 2;
const EARLY_READ_MS = 10_000;

/** A JWKS has a few KB; API Gateway's own authorizer accepts up to 150,000 bytes. */
const MAX_BYTES = 1024 * 1024;

/** @throws {Error} the body is larger than a JWKS can be; the rest of it is not read */
async function boundedText({ body }: Response): Promise<string> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    // leaving the loop cancels the body and closes the connection
    if (bytes > MAX_BYTES) throw new Error(`expected a JWKS of at most ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function notReady(cause: unknown): Problem {
  return new Problem('not_ready', 'The keys of the token issuer cannot be read. Retry in a second.', {
    cause,
  });
}

function throwNotReady(error: unknown): never {
  throw notReady(error);
}
