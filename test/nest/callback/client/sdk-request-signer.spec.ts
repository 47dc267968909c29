import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { SdkRequestSigner } from '../../../../src/nest/callback/client/sdk-request-signer.js';
import { SigningKeys } from '../../../../src/nest/callback/client/signature-v4.js';

const REGION = 'eu-central-1';
const REQUESTS = 500;
const visible = fc.stringMatching(/^[!-~]{1,60}$/);
const credentials = fc.record(
  {
    accessKeyId: fc.stringMatching(/^A[A-Z0-9]{15,19}$/),
    secretAccessKey: visible,
    sessionToken: fc.stringMatching(/^[A-Za-z0-9+/=]{1,400}$/),
  },
  { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
);
const segment = fc.stringMatching(/^[A-Za-z0-9_.~$@!'()*+,=%-]{1,30}$/).filter((text) => !/^\.+$/.test(text));
/** Headers of the SDK's client and a few others, and values with white space inside and around. */
const headers = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'content-length',
    'amz-sdk-invocation-id',
    'amz-sdk-request',
    'user-agent',
    'x-amz-user-agent',
    'X-Amzn-Trace-Id',
    'Accept',
  ),
  fc.stringMatching(/^[ -~\t]{0,40}$/),
);
const body = fc.oneof(
  fc.constant(undefined),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }),
);
const request = fc.record({
  method: fc.constantFrom('POST', 'GET', 'DELETE'),
  path: fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join('/')}`),
  headers,
  body,
});

it(`signs ${REQUESTS} random requests byte for byte like the SDK's signer`, async () => {
  await fc.assert(
    fc.asyncProperty(
      request,
      credentials,
      fc.integer({ min: 946_684_800_000, max: 4_102_444_799_000 }),
      async (unsigned, identity, now) => {
        const unsignedRequest = () => ({
          ...unsigned,
          headers: { ...unsigned.headers, host: 'abc.execute-api.eu-central-1.amazonaws.com' },
          protocol: 'https:',
          hostname: 'abc.execute-api.eu-central-1.amazonaws.com',
          query: {},
        });
        const sdk = new SignatureV4({
          credentials: identity,
          region: REGION,
          service: 'execute-api',
          sha256: Sha256,
        });
        const signingDate = new Date(now);
        const ours = await new SdkRequestSigner(new SigningKeys(REGION), () => identity).sign(
          unsignedRequest(),
          {
            signingDate,
          },
        );
        expect(ours.headers).toEqual((await sdk.sign(unsignedRequest(), { signingDate })).headers);
      },
    ),
    { numRuns: REQUESTS },
  );
});
