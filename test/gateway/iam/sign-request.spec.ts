import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import {
  array,
  asyncProperty,
  assert,
  constantFrom,
  dictionary,
  option,
  record,
  string,
  tuple,
} from 'fast-check';
import { it, expect } from 'vitest';
import { signRequest } from '../../../src/gateway/iam/sign-request.js';

const text = string({
  unit: constantFrom(...Array.from('aZ09-._~ !\'()*+/=&%?#:@,;"[]é€\u{1f600}')),
  maxLength: 8,
});
const encode = (value: string) => encodeURIComponent(value);
const segment = constantFrom(
  'a',
  '',
  '.',
  '..',
  'a%20b',
  'c%2Fd',
  '@connections',
  'x=',
  '%C3%A9',
  '~',
  '%40',
);
const headerName = constantFrom(
  'content-type',
  'x-one',
  'x-amz-target',
  'user-agent',
  'proxy-x',
  'sec-x',
  'te',
  'x-a',
);
const headerValue = string({ unit: constantFrom(...Array.from('aB1 \t,;="/:')), maxLength: 8 });

it('adds the same headers as the signer of AWS’s SDKs', async () => {
  await assert(
    asyncProperty(
      record({
        method: constantFrom('GET', 'POST', 'PUT'),
        path: array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`),
        query: array(tuple(text.filter(Boolean), text), { maxLength: 4 }),
        headers: dictionary(headerName, headerValue),
        body: text,
        sessionToken: option(constantFrom('token', 'to/ken=='), { nil: undefined }),
        service: constantFrom('execute-api', 's3', 'dynamodb', 'sqs'),
        now: constantFrom(0, Date.UTC(2026, 10, 28, 23, 59, 59, 999), Date.UTC(2031, 0, 1)),
      }),
      async ({ method, path, query, headers, body, sessionToken, service, now }) => {
        const credentials = {
          accessKeyId: 'AKIAEXAMPLE',
          secretAccessKey: 'secret/é',
          ...(sessionToken !== undefined && { sessionToken }),
        };
        const expected = await new SignatureV4({
          region: 'eu-central-1',
          service,
          credentials,
          sha256: Sha256,
          uriEscapePath: service !== 's3',
        }).sign(
          {
            method,
            protocol: 'https:',
            hostname: 'service',
            path,
            query: Object.fromEntries(
              Map.groupBy(query, ([name]) => name)
                .entries()
                .map(([name, pairs]) => [name, pairs.map(([, value]) => value)]),
            ),
            headers: { ...headers, host: 'service' },
            body,
          },
          { signingDate: new Date(now) },
        );

        const search = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
        const signed = signRequest(
          {
            method,
            target: search === '' ? path : `${path}?${search}`,
            rawHeaders: [...Object.entries(headers).flat(), 'host', 'service'],
            body: Buffer.from(body),
          },
          { credentials, region: 'eu-central-1', service, now },
        );
        const pairs = Array.from({ length: signed.length / 2 }, (_, index) =>
          signed.slice(2 * index, 2 * index + 2),
        );
        expect(Object.fromEntries(pairs as [string, string][])).toEqual(expected.headers);
      },
    ),
    { numRuns: 1_000, seed: 20_261_128 },
  );
});
