import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { type AwsRequest } from './aws-request.js';
import { type HttpClient } from './call-http.js';
import { type IntegrationAnswer } from './integration-client.js';
import { IntegrationFailedError } from './integration-errors.js';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AwsServices {
  /** Service → where it is instead of on AWS, from `--endpoint-for`. */
  readonly endpoints: ReadonlyMap<string, URL>;
  /**
   * With `--use-machine-credentials`: sign all requests. Without, AWS itself is not called, and requests to the endpoints
   * are signed with placeholders. The integration's `CredentialsArn` is not assumed.
   */
  readonly credentials: (() => Promise<AwsCredentials>) | undefined;
}

/**
 * Signs a request to an AWS service with Signature Version 4 and sends it.
 *
 * @throws {IntegrationTimedOutError} no whole answer in time
 * @throws {IntegrationFailedError} no credentials, no connection, or an answer over 10 MB
 */
export async function callAws(
  { endpoints, credentials }: AwsServices,
  http: HttpClient,
  request: AwsRequest,
): Promise<IntegrationAnswer> {
  const { service, region, method, body, timeoutMs } = request;
  const names = NAMES[service];
  const endpoint = endpoints.get(service);
  const base = endpoint ?? new URL(`https://${hostOf(request)}`);
  if (credentials === undefined && endpoint === undefined) {
    throw new IntegrationFailedError(base.origin, { cause: new Error(notCalled(service)) });
  }
  const url = new URL(`${base.origin}${base.pathname.replace(/\/+$/, '')}${request.path}`);
  const query = Map.groupBy(request.query, ([name]) => name)
    .entries()
    .map(([name, values]) => [name, values.map(([, value]) => value)] as const);
  const signer = new SignatureV4({
    // where one endpoint serves all Regions, one Region signs
    region: names?.isGlobal ? 'us-east-1' : region,
    service: names?.signing ?? service,
    credentials: credentials ?? PLACEHOLDER,
    sha256: Sha256,
    // S3 signs the path as it is sent, every other service encodes it once more
    uriEscapePath: service !== 's3',
  });
  const signed = await signer
    .sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(query),
      headers: { ...headersOf(request.headers), host: url.host },
      body: body ?? '',
    })
    .catch((cause: unknown) => {
      throw new IntegrationFailedError(url.origin, { cause });
    });
  const search = request.query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  return http.send({
    origin: url.origin,
    path: search === '' ? url.pathname : `${url.pathname}?${search}`,
    method,
    headers: Object.entries(signed.headers).flat(),
    body,
    timeoutMs,
  });
}

/** Stand-ins for AWS services want a signature and do not check it; some take letters and digits only. */
const PLACEHOLDER: AwsCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };

const notCalled = (service: string) =>
  `AWS is not called with this machine's credentials unless the gateway is started with --use-machine-credentials; with --endpoint-for ${service}=URL the request goes to a stand-in`;

/** Credentials as every AWS tool finds them: environment, profile, container, instance. */
export async function machineCredentials(): Promise<AwsCredentials> {
  // not before it is needed: it is large, and the gateway is to be ready at once
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  machine ??= defaultProvider();
  return machine();
}

let machine: (() => Promise<AwsCredentials>) | undefined;

function hostOf({ service, region, subdomain }: AwsRequest): string {
  const { host = service, isGlobal = false } = NAMES[service] ?? {};
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return [subdomain, host, isGlobal ? undefined : region, domain]
    .filter((label) => label !== undefined)
    .join('.');
}

/**
 * Services whose host, or whose name in a signature, is not what the integration's URI calls them; from the services'
 * models in botocore 1.43 (`endpointPrefix`, `signingName`).
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

/** Those that come from the connection are set anew. */
function headersOf(headers: readonly string[]): Readonly<Record<string, string>> {
  const values = new Map<string, string>();
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2);
    const before = values.get(name.toLowerCase());
    values.set(name.toLowerCase(), before === undefined ? value : `${before},${value}`);
  }
  values.delete('content-length');
  return Object.fromEntries(values);
}

/** As signatures encode it. */
const encode = (text: string) =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
