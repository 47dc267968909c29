import { functionOf } from '../control/snapshot.js';
import { AWS_CONTENT_TYPE, jsonAction, queryAction } from '../silent/integration-choices.js';
import { type AwsRequest, type LambdaRequest } from './integration-request.js';

/** The parts of the request that come from the integration's mapping. */
export interface MappedParts {
  readonly method: string;
  /** `name=value`, both encoded. */
  readonly query: readonly string[];
  /** Flat list: name, value, … */
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  readonly timeoutMs: number;
}

/**
 * The request of an `AWS` integration: a path of the service's API, one of its actions, or the invocation of a Lambda
 * function with the rendered template.
 *
 * @param uri `arn:aws:apigateway:{region}:{service}:path/{path}` or `…:{service}:action/{action}`, stage variables and
 *   path parameters filled in; the service may have a subdomain, as in `bucket.s3`
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
    headers: withDefaults(headers, { 'Content-Type': AWS_CONTENT_TYPE, ...named?.headers }),
    body,
    timeoutMs,
  };
}

const AWS_URI = /^arn:[^:]+:apigateway:([\w-]+):(?:([\w.-]+)\.)?([\w-]+):(path|action)\/(.*)$/s;

/** Query parameters and headers that name an action to its service. */
function actionRequest(service: string, action: string) {
  const target = JSON_SERVICES[service];
  return target === undefined
    ? { query: queryAction(action), headers: {} }
    : { query: [], headers: jsonAction(action, target) };
}

/** Services that use the AWS JSON protocol, from their models in botocore 1.43: `targetPrefix` and `jsonVersion`. */
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

/** Mapped headers take precedence over the defaults. */
function withDefaults(
  headers: readonly string[],
  defaults: Readonly<Record<string, string>>,
): readonly string[] {
  const isSet = new Set(headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  const missing = Object.entries(defaults).filter(([name]) => !isSet.has(name.toLowerCase()));
  return [...headers, ...missing.flat()];
}

/** @returns the text before the first separator and the text after it, empty without a separator */
function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
