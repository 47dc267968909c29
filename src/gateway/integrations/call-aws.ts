import { type AwsCredentials, signRequest } from '../iam/sign-request.js';
import { importOptional } from '../optional-package.js';
import { type BackendResponse } from './backend-response.js';
import { type HttpClient } from './call-http.js';
import { IntegrationFailedError } from './integration-errors.js';
import { type AwsRequest } from './integration-request.js';

export interface AwsServices {
  /** Service → its endpoint in place of AWS's, from `--endpoint-for`. */
  readonly endpoints: ReadonlyMap<string, URL>;
  /**
   * Given with `--use-machine-credentials`: they sign all requests. Without them AWS itself is not called, and
   * requests to the endpoints are signed with placeholders.
   */
  readonly credentials: (() => Promise<AwsCredentials>) | undefined;
}

/**
 * Signs a request to an AWS service with Signature Version 4 and sends it.
 *
 * @throws {IntegrationTimedOutError} no complete response in time
 * @throws {IntegrationFailedError} no credentials, no connection, or a response over 10 MB
 */
export async function callAws(
  { endpoints, credentials }: AwsServices,
  http: HttpClient,
  request: AwsRequest,
): Promise<BackendResponse> {
  const { service, region, method, body, timeoutMs } = request;
  const names = NAMES[service];
  const endpoint = endpoints.get(service);
  const base = endpoint ?? new URL(`https://${hostOf(request)}`);
  if (credentials === undefined && endpoint === undefined) {
    const cause = new Error(notCalled(service));
    throw new IntegrationFailedError(base.origin, { cause, isOutcomeUnknown: false });
  }
  const url = new URL(`${base.origin}${base.pathname.replace(/\/+$/, '')}${request.path}`);
  const search = request.query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const target = search === '' ? url.pathname : `${url.pathname}?${search}`;
  const identity = await credentials?.().catch((cause: unknown) => {
    throw new IntegrationFailedError(url.origin, { cause, isOutcomeUnknown: false });
  });
  const headers = signRequest(
    {
      method,
      target,
      rawHeaders: [...headersOf(request.headers), 'host', url.host],
      body: Buffer.from(body ?? ''),
    },
    {
      credentials: identity ?? PLACEHOLDER,
      // a global endpoint has one signing Region
      region: names?.isGlobal ? 'us-east-1' : region,
      service: names?.signing ?? service,
      now: Date.now(),
    },
  );
  return http.send({ origin: url.origin, path: target, method, headers, body, timeoutMs });
}

/** Emulators of AWS services require a signature and do not check it; some accept only letters and digits. */
const PLACEHOLDER: AwsCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };

const notCalled = (service: string) =>
  `AWS is called only with --use-machine-credentials; --endpoint-for ${service}=URL sends the request to an emulator instead`;

/**
 * Credentials from the SDK's default chain: environment, profile, container, instance.
 *
 * @throws {UsageError} the package with that chain is not installed
 */
export async function machineCredentials(): Promise<() => Promise<AwsCredentials>> {
  const { defaultProvider } = await importOptional(
    '--use-machine-credentials',
    '@aws-sdk/credential-provider-node',
    async () => import('@aws-sdk/credential-provider-node'),
  );
  return defaultProvider();
}

function hostOf({ service, region, subdomain, hostPrefix = '' }: AwsRequest): string {
  const { host = service, isGlobal = false } = NAMES[service] ?? {};
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return [subdomain, hostPrefix + host, isGlobal ? undefined : region, domain]
    .filter((label) => label !== undefined)
    .join('.');
}

/**
 * Services whose host or signing name differs from their name in an integration's URI; from their models in botocore
 * 1.43 (`endpointPrefix`, `signingName`).
 */
const NAMES: Readonly<Record<string, ServiceNames | undefined>> = {
  'bedrock-runtime': { signing: 'bedrock' },
  cloudwatch: { host: 'monitoring', signing: 'monitoring' },
  email: { signing: 'ses' },
  iam: { isGlobal: true },
  iotdata: { host: 'iot' },
  ses: { host: 'email' },
};

interface ServiceNames {
  readonly host?: string;
  readonly signing?: string;
  readonly isGlobal?: boolean;
}

/** A flat list, names in lower case, repeated ones joined by commas, without those that the signature or the client sets. */
function headersOf(headers: readonly string[]): readonly string[] {
  const values = new Map<string, string>();
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2);
    const before = values.get(name.toLowerCase());
    values.set(name.toLowerCase(), before === undefined ? value : `${before},${value}`);
  }
  for (const name of SET_HERE) values.delete(name);
  return [...values].flat();
}

const SET_HERE = [
  'authorization',
  'content-length',
  'date',
  'host',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
];

/** Percent-encoding of Signature Version 4. */
const encode = (text: string) =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
