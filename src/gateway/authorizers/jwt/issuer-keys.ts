import { type CryptoKey, importJWK, type JWK } from 'jose';
import { type Logger } from 'pino';
import { LIMITS } from '../../limits.js';
import { JWKS_CACHE_MS, JWKS_RETRY_MS } from '../../silent/jwt-choices.js';
import { readJsonObject } from './read-json.js';

/** What a token is verified with. */
export interface IssuerKey {
  /** `undefined` if the issuer has no RSA key with that id. */
  readonly jwk: JWK | undefined;
  /** The values of `iss` that the issuer's tokens may have. */
  readonly names: readonly string[];
}

/** The issuer's documents cannot be read, or are not what they should be. */
export class IssuerError extends Error {
  override readonly name = 'IssuerError';

  /** @param endpoint the document concerned */
  constructor(
    readonly endpoint: 'discovery' | 'jwks',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

interface KeySet {
  readonly names: readonly string[];
  readonly keys: ReadonlyMap<string, JWK>;
  /** By the gateway's clock. */
  readonly readAt: number;
}

/**
 * The public keys of token issuers: from `{issuer}/.well-known/openid-configuration` and its `jwks_uri` (H9.03), each
 * read once and stored for two hours. Requests that come meanwhile wait for the same read.
 */
export class IssuerKeys {
  readonly #sets = new Map<string, KeySet>();
  readonly #reads = new Map<string, Promise<KeySet>>();
  readonly #imported = new WeakMap<JWK, Promise<CryptoKey | Uint8Array>>();

  /**
   * @param addresses issuer → the URL that takes its place, from `--issuer`; read at each use, as a reload replaces it
   * @param now milliseconds since 1970, by the gateway's clock
   */
  constructor(
    private readonly addresses: () => ReadonlyMap<string, string>,
    private readonly now: () => number,
    private readonly log: Logger,
  ) {}

  /**
   * @param keyId `kid` of a token
   * @throws {IssuerError} the issuer cannot be read
   */
  async find(issuer: string, keyId: string): Promise<IssuerKey> {
    let set = this.#stored(issuer) ?? (await this.#read(issuer));
    // an issuer that was restarted or has rotated its keys
    if (!set.keys.has(keyId) && this.#age(set) >= JWKS_RETRY_MS) set = await this.#read(issuer);
    return { jwk: set.keys.get(keyId), names: set.names };
  }

  /** @throws the key is not a usable RSA key */
  async imported(jwk: JWK, algorithm: string): Promise<CryptoKey | Uint8Array> {
    let key = this.#imported.get(jwk);
    if (key === undefined) this.#imported.set(jwk, (key = importJWK(jwk, algorithm)));
    return key;
  }

  clear(): void {
    this.#sets.clear();
    this.#reads.clear();
  }

  #stored(issuer: string): KeySet | undefined {
    const set = this.#sets.get(issuer);
    return set !== undefined && this.#age(set) < JWKS_CACHE_MS ? set : undefined;
  }

  /** A reset sets the gateway's clock back. */
  #age = ({ readAt }: KeySet): number => Math.abs(this.now() - readAt);

  async #read(issuer: string): Promise<KeySet> {
    const inFlight = this.#reads.get(issuer);
    if (inFlight !== undefined) return inFlight;
    const read = this.#readOnce(issuer);
    this.#reads.set(issuer, read);
    try {
      const set = await read;
      // not if `clear` came meanwhile
      if (this.#reads.get(issuer) === read) this.#sets.set(issuer, set);
      return set;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const hint = `if it runs elsewhere: --issuer ${issuer}=URL`;
      this.log.warn({ issuer, reason, hint }, 'issuer not readable');
      throw error;
    } finally {
      if (this.#reads.get(issuer) === read) this.#reads.delete(issuer);
    }
  }

  async #readOnce(issuer: string): Promise<KeySet> {
    const address = this.addresses().get(issuer);
    const url = `${(address ?? issuer).replace(/\/+$/, '')}/.well-known/openid-configuration`;
    const document = await readDocument('discovery', url);
    const { issuer: name, jwks_uri: jwksUri } = document;
    if (typeof name !== 'string' || (address === undefined && name !== issuer)) {
      throw new IssuerError('discovery', `${url} is of the issuer '${String(name)}', not of '${issuer}'`);
    }
    const jwks = await readDocument('jwks', checkedKeysUrl(jwksUri, url));
    return { names: [...new Set([issuer, name])], keys: rsaKeys(jwks), readAt: this.now() };
  }
}

async function readDocument(endpoint: IssuerError['endpoint'], url: string) {
  const limits = { timeoutMs: LIMITS.issuerTimeoutMs, maxBytes: LIMITS.issuerResponseBytes };
  return readJsonObject(url, limits).catch((cause: unknown) => {
    throw new IssuerError(endpoint, cause instanceof Error ? cause.message : String(cause), { cause });
  });
}

/** An issuer that was read by https has its keys there, too. */
function checkedKeysUrl(jwksUri: unknown, discoveryUrl: string): string {
  const allowed = discoveryUrl.startsWith('https:') ? ['https:'] : ['https:', 'http:'];
  if (typeof jwksUri === 'string' && URL.canParse(jwksUri) && allowed.includes(new URL(jwksUri).protocol)) {
    return jwksUri;
  }
  const expected = allowed.map((protocol) => `${protocol}//`).join(' or ');
  throw new IssuerError('jwks', `jwks_uri of ${discoveryUrl} is not a URL that begins with ${expected}`);
}

/** Keys that can sign a token, by their id: RSA only (H9.04). The first of several with one id counts. */
function rsaKeys({ keys }: Readonly<Record<string, unknown>>): ReadonlyMap<string, JWK> {
  if (!Array.isArray(keys)) throw new IssuerError('jwks', 'the JWKS has no list keys');
  const byId = new Map<string, JWK>();
  for (const key of keys as readonly unknown[]) {
    if (typeof key !== 'object' || key === null) continue;
    const { kid, kty, use } = key as JWK;
    const canSign = kty === 'RSA' && (use === undefined || use === 'sig');
    if (typeof kid === 'string' && canSign && !byId.has(kid)) byId.set(kid, key);
  }
  return byId;
}
