import { functionOf } from '../control/snapshot.js';
import { type LambdaRequest } from './call-lambda.js';

/** A request to the API of an AWS service, before it is signed. */
export interface AwsRequest {
  readonly kind: 'aws';
  /** As the integration's URI names it: `sqs`, `dynamodb`, `s3`. */
  readonly service: string;
  readonly region: string;
  /** The label before the service in the host, such as a bucket's name. */
  readonly subdomain: string | undefined;
  readonly method: string;
  readonly path: string;
  /** Decoded names and values. */
  readonly query: readonly (readonly [string, string])[];
  /** Names and values by turns. */
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  readonly timeoutMs: number;
}

/** The parts of the request that the integration's mapping made. */
export interface MappedParts {
  readonly method: string;
  /** `name=value`, both encoded. */
  readonly query: readonly string[];
  /** Names and values by turns. */
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  readonly timeoutMs: number;
}

/**
 * The request of an `AWS` integration: the service's API at a path, one of its actions, or a Lambda function that is
 * invoked with what the template rendered.
 *
 * @param uri `arn:aws:apigateway:{region}:{service}:path/{path}` or `…:{service}:action/{action}`, stage variables and
 *   path parameters filled in; the service may have a subdomain before it, as in `bucket.s3`
 * @returns `undefined` when the URI has none of these forms
 * @see https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html (uri)
 */
export function awsRequest(uri: string, mapped: MappedParts): AwsRequest | LambdaRequest | undefined {
  const { method, headers, body, timeoutMs } = mapped;
  const functionName = functionOf(uri);
  if (functionName !== undefined) {
    const payload = body?.toString() ?? '';
    return { kind: 'lambda', functionName, payload, isProxy: false, timeoutMs };
  }
  const [, region, subdomain, service, kind, rest = ''] = uri.match(AWS_URI) ?? [];
  if (region === undefined || service === undefined) return undefined;

  const [path = '', query = ''] = kind === 'path' ? splitOnce(rest, '?') : [''];
  const action = kind === 'action' ? splitOnce(rest, '&') : undefined;
  const named = action && actionRequest(service, action[0]);
  return {
    kind: 'aws',
    service,
    region,
    subdomain,
    method,
    path: path.startsWith('/') ? path : `/${path}`,
    query: [
      ...(named?.query ?? []),
      ...new URLSearchParams(
        [query, action?.[1] ?? '', ...mapped.query].filter((part) => part !== '').join('&'),
      ),
    ],
    headers: withDefaults(headers, { ...ALWAYS, ...named?.headers }),
    body,
    timeoutMs,
  };
}

const AWS_URI = /^arn:[^:]+:apigateway:([\w-]+):(?:([\w.-]+)\.)?([\w-]+):(path|action)\/(.*)$/s;

/**
 * How an action is named to its service: to those that speak JSON by a header, to all others by `Action`.
 *
 * The guide shows actions of both kinds for REST APIs (`kinesis:action/ListStreams`, `sns:action/Publish`) and does not
 * say what is sent; uncertain for WebSocket APIs.
 */
function actionRequest(service: string, action: string) {
  const target = JSON_SERVICES[service];
  return target === undefined
    ? { query: [['Action', action] as const], headers: {} }
    : {
        query: [],
        headers: {
          'X-Amz-Target': `${target.prefix}.${action}`,
          'Content-Type': `application/x-amz-json-${target.version}`,
        },
      };
}

/** As recorded behind non-proxy HTTP integrations; a body of another type needs a mapped header, here as there. */
const ALWAYS = { 'Content-Type': 'application/json' };

/** From the services' models in botocore 1.43: `targetPrefix` and `jsonVersion`. */
const JSON_SERVICES: Readonly<
  Record<string, { readonly prefix: string; readonly version: string } | undefined>
> = {
  'cognito-idp': { prefix: 'AWSCognitoIdentityProviderService', version: '1.1' },
  dynamodb: { prefix: 'DynamoDB_20120810', version: '1.0' },
  events: { prefix: 'AWSEvents', version: '1.1' },
  firehose: { prefix: 'Firehose_20150804', version: '1.1' },
  kinesis: { prefix: 'Kinesis_20131202', version: '1.1' },
  kms: { prefix: 'TrentService', version: '1.1' },
  logs: { prefix: 'Logs_20140328', version: '1.1' },
  secretsmanager: { prefix: 'secretsmanager', version: '1.1' },
  ssm: { prefix: 'AmazonSSM', version: '1.1' },
  states: { prefix: 'AWSStepFunctions', version: '1.0' },
};

/** What the mapping says comes first. */
function withDefaults(
  headers: readonly string[],
  defaults: Readonly<Record<string, string>>,
): readonly string[] {
  const isSet = new Set(headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  const missing = Object.entries(defaults).filter(([name]) => !isSet.has(name.toLowerCase()));
  return [...headers, ...missing.flat()];
}

/** @returns what is before the first separator and what is after it, if it is there */
function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
