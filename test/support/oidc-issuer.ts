import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';

/** How an issuer responds to a request for one of its two documents. */
export type DocumentAnswer =
  'document' | 'unavailable' | 'redirect' | 'not json' | 'a list' | 'empty' | 'never' | 'too large';

interface SigningKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

type Document = 'discovery' | 'jwks';

/** An OpenID Connect issuer on loopback: signs tokens, and publishes its keys by discovery. */
export class OidcIssuer implements AsyncDisposable {
  keys: SigningKey[] = [];
  /** Keys that are published as they are. */
  otherKeys: object[] = [];
  readonly answers: Record<Document, DocumentAnswer> = { discovery: 'document', jwks: 'document' };
  /** Members that replace those of the discovery document. */
  discovery: Readonly<Record<string, unknown>> = {};
  /** How often each document was read. */
  readonly reads: Record<Document, number> = { discovery: 0, jwks: 0 };

  private constructor(private readonly server: Server) {
    server.on('request', ({ url }, response) => {
      if (url === '/.well-known/openid-configuration') void this.#serve('discovery', response);
      else if (url === '/keys') void this.#serve('jwks', response);
      else response.writeHead(404).end();
    });
  }

  /** With one key, for RS256. */
  static async start(): Promise<OidcIssuer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = new OidcIssuer(server);
    issuer.keys = [await (firstKey ??= signingKey('first'))];
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A valid token for the audience `app`, except for what is given; a claim that is `undefined` is left out. */
  async token(
    claims: Readonly<Record<string, unknown>> = {},
    { key = this.keys[0]!, header = {} }: { key?: SigningKey; header?: Partial<JWTHeaderParameters> } = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: this.url, aud: 'app', sub: 'alice', exp: now + 3600, ...claims })
      .setProtectedHeader({ alg: key.algorithm, kid: key.kid, ...header })
      .sign(key.privateKey);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  async #serve(document: Document, response: ServerResponse): Promise<void> {
    this.reads[document] += 1;
    const answer = this.answers[document];
    switch (answer) {
      case 'document':
        response.end(JSON.stringify(await this.#document(document)));
        return;
      case 'unavailable':
        response.writeHead(503).end();
        return;
      case 'redirect':
        response.writeHead(302, { location: '/elsewhere' }).end();
        return;
      case 'not json':
        response.end('<html>');
        return;
      case 'a list':
        response.end('[]');
        return;
      case 'empty':
        response.end('{}');
        return;
      case 'never':
        return;
      case 'too large':
        response.end(JSON.stringify({ ...(await this.#document(document)), padding: 'x'.repeat(150_000) }));
        return;
      default:
        answer satisfies never;
    }
  }

  async #document(document: Document): Promise<object> {
    if (document === 'discovery') {
      return { issuer: this.url, jwks_uri: `${this.url}/keys`, ...this.discovery };
    }
    const own = this.keys.map(async ({ kid, algorithm, publicKey }) => ({
      ...(await exportJWK(publicKey)),
      kid,
      alg: algorithm,
      use: 'sig',
    }));
    return { keys: [...this.otherKeys, ...(await Promise.all(own))] };
  }
}

/** Making a key takes a tenth of a second: all issuers of a file share it. */
let firstKey: Promise<SigningKey> | undefined;

export const signingKey = async (kid: string, algorithm = 'RS256'): Promise<SigningKey> => ({
  kid,
  algorithm,
  ...(await generateKeyPair(algorithm, { extractable: true })),
});
