import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ConnectionId } from '../../../../src/api/integration.js';
import { PostBody } from '../../../../src/nest/callback/client/post-body.js';
import { PostSigner, type SignedPost } from '../../../../src/nest/callback/client/post-signer.js';
import { type Credentials, SigningKeys } from '../../../../src/nest/callback/client/signature-v4.js';
import { type SignedRequest } from '../../../../src/gateway/iam/canonical-request.js';
import { readSignature } from '../../../../src/gateway/iam/read-signature.js';
import { checkScope, verifySignature } from '../../../../src/gateway/iam/verify-signature.js';

const REGION = 'eu-central-1';
const REQUESTS = 500;
const body = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.uint8Array({ maxLength: 300 }));
const visible = fc.stringMatching(/^[!-~]{1,60}$/);
// a URL cannot contain these two as segments, and they are no ids
const connectionIds = visible.filter((text) => !/^\.\.?$/.test(text)).map((text) => text as ConnectionId);
const credentials = fc.record({
  accessKeyId: fc.stringMatching(/^A[A-Z0-9]{15,19}$/),
  secretAccessKey: visible,
  sessionToken: fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{1,400}$/), { nil: undefined }),
});
const segment = fc.stringMatching(/^[A-Za-z0-9_.~$@!'()*+,=-]{1,12}$/).filter((text) => !/^\.+$/.test(text));
const host = fc.constantFrom('http://127.0.0.1:8080', 'https://abc.execute-api.eu-central-1.amazonaws.com');
const post = fc.record({
  endpoint: fc
    .tuple(host, fc.array(segment, { maxLength: 3 }))
    .map(([origin, path]) => [origin, ...path].join('/')),
  connectionId: connectionIds,
  body,
  credentials,
  // year 2000 to 2099
  now: fc.integer({ min: 946_684_800_000, max: 4_102_444_799_000 }),
});

it(`signs ${REQUESTS} random posts byte for byte like the SDK's signer`, async () => {
  await fc.assert(
    fc.asyncProperty(post, async ({ endpoint, connectionId, now, ...rest }) => {
      const signer = new PostSigner(endpoint, new SigningKeys(REGION));
      const message = new PostBody(rest.body);
      const ours = signer.sign(message, connectionId, rest.credentials, now);
      expect(headersOf(ours, endpoint)).toEqual(
        await signedBySdk(endpoint, ours.path, message.bytes, rest.credentials, now),
      );
    }),
    { numRuns: REQUESTS },
  );
});

it('signs like the SDK also when one signer signs many messages, with changing credentials and over midnight', async () => {
  const endpoint = 'http://127.0.0.1:8080/dev';
  const signer = new PostSigner(endpoint, new SigningKeys(REGION));
  const midnight = Date.UTC(2026, 10, 21);
  const one = { accessKeyId: 'AKIAONE', secretAccessKey: 'one' };
  const other = { accessKeyId: 'ASIATWO', secretAccessKey: 'two', sessionToken: 'token+/=' };
  const messages = [new PostBody('first'), new PostBody('second')];
  for (const now of [midnight - 1000, midnight - 1, midnight, midnight + 999, midnight + 1000]) {
    for (const each of [one, other, one]) {
      for (const message of messages) {
        const ours = signer.sign(message, 'L0SM9cOFvHcCIhw=' as ConnectionId, each, now);
        expect(headersOf(ours, endpoint)).toEqual(
          await signedBySdk(endpoint, ours.path, message.bytes, each, now),
        );
      }
    }
  }
});

it("passes the gateway's verification, which is written from the specification", () => {
  fc.assert(
    fc.property(post, ({ endpoint, connectionId, now, ...rest }) => {
      const message = new PostBody(rest.body);
      const { path, headers } = new PostSigner(endpoint, new SigningKeys(REGION)).sign(
        message,
        connectionId,
        rest.credentials,
        now,
      );
      const request: SignedRequest = {
        method: 'POST',
        target: path,
        rawHeaders: ['host', new URL(endpoint).host, ...headers],
        body: message.bytes,
      };
      const signature = readSignature(request);
      checkScope(signature, { service: 'execute-api', region: REGION }, now);
      verifySignature(request, signature, rest.credentials.secretAccessKey);
      expect(signature.sessionToken).toBe(rest.credentials.sessionToken);
      expect(() => verifySignature(request, signature, `${rest.credentials.secretAccessKey}x`)).toThrow(
        /does not match/,
      );
    }),
    { numRuns: REQUESTS },
  );
});

/** The headers of the SDK's signer for the same request. */
async function signedBySdk(
  endpoint: string,
  path: string,
  bytes: Uint8Array,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  now: number,
): Promise<Readonly<Record<string, string>>> {
  const url = new URL(endpoint);
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    region: REGION,
    service: 'execute-api',
    sha256: Sha256,
  });
  const { headers } = await signer.sign(
    {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path,
      query: {},
      headers: { host: url.host, 'content-type': 'application/octet-stream' },
      body: bytes,
    },
    { signingDate: new Date(now) },
  );
  return headers;
}

/** The headers that are sent: undici adds the endpoint's `host`. */
function headersOf({ headers }: SignedPost, endpoint: string): Readonly<Record<string, string | undefined>> {
  const pairs = headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1]]] : []));
  return { host: new URL(endpoint).host, ...(Object.fromEntries(pairs) as Record<string, string>) };
}
