import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { readNameValues } from './commands/name-value.js';
import { type FunctionSource, FunctionSourceError, parseFunctionFlag } from './functions/function-source.js';
import { type IamSettings, readIamSettings } from './signing/iam-settings.js';
import { type Targets } from './steps/find-target.js';
import { type AccountLimits } from './throttle.js';
import { readTlsSettings, type TlsSettings } from './tls.js';
import { UsageError } from './usage-error.js';

/** Twelve digits, as every account has; it shows only in names. */
export const LOCAL_ACCOUNT = '000000000000';

/** What the command line and the environment say; a flag beats its variable. */
export interface Options {
  readonly host: string;
  readonly port: number;
  readonly region: string;
  readonly defaultApi: string | undefined;
  /** Files of CloudFormation templates, to be loaded in this order. */
  readonly templates: readonly string[];
  readonly parameters: ReadonlyMap<string, string>;
  readonly targets: Targets;
  readonly functions: ReadonlyMap<string, FunctionSource>;
  /** AWS service → where it is. */
  readonly endpoints: ReadonlyMap<string, URL>;
  readonly iam: IamSettings;
  readonly tls: TlsSettings | undefined;
  readonly quotas: Partial<AccountLimits>;
  readonly logLevel: string;
}

export const USAGE = `Amazon API Gateway for WebSocket APIs, on your machine

  --port PORT             one port for WebSockets, @connections and the control plane (GATEWAY_PORT, 8080)
  --host HOST             address to listen on (GATEWAY_HOST, 127.0.0.1)
  --template FILE         CloudFormation (YAML, JSON, cdk.out/*.template.json) to serve; may be repeated
  --parameter NAME=VALUE  of a template, or what another stack exports; may be repeated
  --target NLB=HOST[:PORT]
                          where a VPC link's load balancer really listens, by its name or ARN; may be repeated.
                          Without one, the integration's URI says it
  --function NAME=FILE[#EXPORT] | NAME=URL
                          a Lambda function: a local ES module, or an Invoke endpoint; may be repeated
  --endpoint-for SERVICE=URL
                          where an AWS service really is, such as dynamodb=http://127.0.0.1:8000; may be repeated
  --default-api ID        the API that is meant when neither Host nor path says so; not needed for a single API
  --region REGION         the Region in the names that are given out (AWS_REGION, us-east-1)
  --auth off|sigv4        whether calls of @connections have to be signed (off)
  --credentials FILE      who may sign: JSON, access key id → {secretAccessKey, arn?, …}
  --policy FILE           what they may: an IAM policy, or ARN → policy (everything)
  --tls self-signed       HTTPS with a certificate made for localhost, kept in .data/gateway-tls
  --tls-host HOST         one more host of that certificate; may be repeated
  --tls-cert FILE --tls-key FILE
                          HTTPS with a pair of your own
  --quota NAME=N          of the account: requests-per-second (10000), request-burst (5000),
                          new-connections-per-second (500); may be repeated
  --log-level LEVEL       fatal, error, warn, info, debug or trace (LOG_LEVEL, info)
  --help                  this text

  lint FILE …             what of a CloudFormation template fails on AWS; lint --help
  explain FILE …          the exact request that an integration would be sent; explain --help
`;

/** @throws {UsageError} naming every flag and variable that is wrong */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const problems: string[] = [];
  const read = <T>(reader: () => T): T | undefined => {
    try {
      return reader();
    } catch (error) {
      if (!(error instanceof UsageError || error instanceof FunctionSourceError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const options = {
    port: read(() => readPort(values.port ?? (env.GATEWAY_PORT || '8080'))),
    host: values.host ?? (env.GATEWAY_HOST || '127.0.0.1'),
    region: values.region ?? (env.AWS_REGION || 'us-east-1'),
    defaultApi: values['default-api'],
    templates: values.template ?? [],
    parameters: read(() => readNameValues('--parameter', values.parameter)),
    targets: new Map((values.target ?? []).flatMap((target) => read(() => [readTarget(target)]) ?? [])),
    functions: new Map((values.function ?? []).flatMap((each) => read(() => [readFunction(each)]) ?? [])),
    endpoints: new Map(
      (values['endpoint-for'] ?? []).flatMap((each) => read(() => [readEndpoint(each)]) ?? []),
    ),
    iam: read(() => readIamSettings(values, env, LOCAL_ACCOUNT)),
    tls: read(() => readTlsSettings(values)),
    quotas: Object.fromEntries((values.quota ?? []).flatMap((each) => read(() => [readQuota(each)]) ?? [])),
    logLevel: read(() => readLogLevel(values['log-level'] ?? (env.LOG_LEVEL || 'info'))),
  };
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  // whatever could not be read is among the problems
  return options as Options;
}

function readPort(port: string): number {
  if (/^\d+$/.test(port) && Number(port) <= 65_535) return Number(port);
  throw new UsageError(
    `--port (GATEWAY_PORT) is '${port}': it must be a number from 0 to 65535, where 0 takes any free port`,
  );
}

function readTarget(target: string): readonly [string, string] {
  const [, loadBalancer, address] = target.match(/^([^=]+)=((?:[\w.-]+|\[[\da-f:]+\])(?::\d+)?)$/i) ?? [];
  if (loadBalancer !== undefined && address !== undefined) return [loadBalancer, address];
  throw new UsageError(
    `--target is '${target}': it must be NLB=HOST or NLB=HOST:PORT, where NLB is a load balancer's name or ARN`,
  );
}

function readFunction(text: string): readonly [string, FunctionSource] {
  const { name, source } = parseFunctionFlag(text);
  return [name, source];
}

function readEndpoint(text: string): readonly [string, URL] {
  const [, service, url] = text.match(/^([\w-]+)=(https?:\/\/.+)$/) ?? [];
  if (service !== undefined && url !== undefined && URL.canParse(url)) return [service, new URL(url)];
  throw new UsageError(
    `--endpoint-for is '${text}': it must be SERVICE=URL, such as sqs=http://127.0.0.1:9324`,
  );
}

const QUOTAS: Readonly<Record<string, keyof AccountLimits>> = {
  'requests-per-second': 'requestsPerSecond',
  'request-burst': 'requestBurst',
  'new-connections-per-second': 'newConnectionsPerSecond',
};

function readQuota(text: string): readonly [string, number] {
  const [, name = '', value = ''] = text.match(/^([\w-]+)=(\d{1,9})$/) ?? [];
  const quota = Object.hasOwn(QUOTAS, name) ? QUOTAS[name] : undefined;
  if (quota !== undefined && Number(value) > 0) return [quota, Number(value)];
  throw new UsageError(
    `--quota is '${text}': it must be NAME=N, where NAME is one of ${Object.keys(QUOTAS).join(', ')}`,
  );
}

function readLogLevel(logLevel: string): string {
  if (LOG_LEVELS.includes(logLevel)) return logLevel;
  throw new UsageError(
    `--log-level (LOG_LEVEL) is '${logLevel}': it must be one of ${LOG_LEVELS.join(', ')}`,
  );
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];

const FLAGS = {
  port: { type: 'string' },
  host: { type: 'string' },
  template: { type: 'string', multiple: true },
  parameter: { type: 'string', multiple: true },
  target: { type: 'string', multiple: true },
  function: { type: 'string', multiple: true },
  'endpoint-for': { type: 'string', multiple: true },
  'default-api': { type: 'string' },
  region: { type: 'string' },
  auth: { type: 'string' },
  credentials: { type: 'string' },
  policy: { type: 'string' },
  tls: { type: 'string' },
  'tls-host': { type: 'string', multiple: true },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  quota: { type: 'string', multiple: true },
  'log-level': { type: 'string' },
  help: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, strict: true }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; --help lists the flags`);
  }
}
