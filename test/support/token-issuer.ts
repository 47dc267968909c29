import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';

/** How an issuer responds to a request for its keys. */
export type JwksAnswer = 'keys' | 'unavailable' | 'redirect' | 'not json' | 'no keys' | 'never' | 'endless';

export interface IssuerKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/** What a token says; what is undefined is left out. */
export type Claims = Readonly<Record<string, unknown>>;

/** Signs tokens, and shows the keys for them by HTTP, as an identity provider does. */
export class TokenIssuer implements AsyncDisposable {
  /** Those that are shown; may be changed at any time. */
  keys: IssuerKey[] = [];
  answer: JwksAnswer = 'keys';
  /** Further members of the key set. */
  otherJwks: object[] = [];
  /** How often the keys were asked for. */
  reads = 0;
  /** Bytes of endless responses that were sent. */
  sentBytes = 0;

  private constructor(
    readonly jwksUrl: string,
    private readonly server: ReturnType<typeof createServer>,
  ) {}

  /** With one key, for ES256. */
  static async start(): Promise<TokenIssuer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const issuer = new TokenIssuer(`http://127.0.0.1:${port}/jwks.json`, server);
    server.on('request', (_, response) => void issuer.serve(response));
    issuer.keys = [await issuerKey('first')];
    return issuer;
  }

  /** Of the service, so that it takes this issuer's tokens. */
  get settings(): NodeJS.ProcessEnv {
    return { AUTH: 'jwt', JWT_JWKS_URL: this.jwksUrl, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE };
  }

  /** A token as it should be, but for what is said here. */
  async token(claims: Claims = {}, key: IssuerKey = this.keys[0]!): Promise<string> {
    return new SignJWT({ ...goodClaims(), ...claims })
      .setProtectedHeader({ alg: key.algorithm, kid: key.kid })
      .sign(key.privateKey);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private async serve(response: ServerResponse): Promise<void> {
    this.reads += 1;
    switch (this.answer) {
      case 'keys': {
        const jwks = await Promise.all(
          this.keys.map(async ({ kid, algorithm, publicKey }) => ({
            ...(await exportJWK(publicKey)),
            kid,
            alg: algorithm,
            use: 'sig',
          })),
        );
        response.end(JSON.stringify({ keys: [...this.otherJwks, ...jwks] }));
        return;
      }
      case 'unavailable':
        response.writeHead(503).end();
        return;
      case 'redirect':
        response.writeHead(302, { location: '/elsewhere' }).end();
        return;
      case 'not json':
        response.end('<html>');
        return;
      case 'no keys':
        response.end('{}');
        return;
      case 'never':
        return;
      case 'endless':
        await pipeline(this.#endlessly(), response).catch(() => undefined);
        return;
    }
    this.answer satisfies never;
  }

  /** A JWKS with one key after the other, until the reader closes the connection. */
  async *#endlessly(): AsyncGenerator<string> {
    yield '{"keys":[';
    const keys = '{"kty":"EC"},'.repeat(5_000);
    for (;;) {
      this.sentBytes += keys.length;
      yield keys;
    }
  }
}

export const ISSUER = 'https://issuer.example/';
export const AUDIENCE = 'backchannel-test';

export const seconds = () => Math.floor(Date.now() / 1000);

export const goodClaims = (): Claims => ({
  sub: 'alice@example.com',
  iss: ISSUER,
  aud: AUDIENCE,
  exp: seconds() + 300,
});

export async function issuerKey(kid: string, algorithm = 'ES256'): Promise<IssuerKey> {
  return { kid, algorithm, ...(await generateKeyPair(algorithm, { extractable: true })) };
}
