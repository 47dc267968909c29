import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { readNameValues } from './name-value.js';
import { readAdminToken } from '../front/admin-token.js';
import { hostName, plainAddress, readOrigin } from '../front/host-and-origin.js';
import { type FunctionSource, FunctionSourceError, parseFunctionFlag } from '../lambda/function-source.js';
import { type IamSettings, readIamSettings } from '../iam/iam-settings.js';
import { type Targets } from '../integrations/target-pool.js';
import { type AccountLimits } from '../throttle.js';
import { readTlsSettings, type TlsSettings } from '../front/tls.js';
import { UsageError } from '../usage-error.js';

/** Twelve digits, like every account id; appears only in names. */
export const LOCAL_ACCOUNT = '000000000000';

/** The options from the command line and the environment; an option takes precedence over its variable. */
export interface Options {
  readonly host: string;
  readonly port: number;
  readonly region: string;
  readonly defaultApi: string | undefined;
  /** Files of CloudFormation templates, in the order of loading. */
  readonly templates: readonly string[];
  readonly parameters: ReadonlyMap<string, string>;
  readonly targets: Targets;
  readonly functions: ReadonlyMap<string, FunctionSource>;
  /** AWS service → its endpoint. */
  readonly endpoints: ReadonlyMap<string, URL>;
  /** Whether `AWS` integrations may use this machine's AWS credentials. */
  readonly usesMachineCredentials: boolean;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly adminToken: string | undefined;
  readonly iam: IamSettings;
  readonly tls: TlsSettings | undefined;
  readonly quotas: Partial<AccountLimits>;
  readonly logLevel: string;
}

export const USAGE = `Amazon API Gateway for WebSocket APIs, on your machine

  --port PORT             port for WebSockets, @connections and the control plane (GATEWAY_PORT, 8080)
  --host HOST             address to listen on (GATEWAY_HOST, 127.0.0.1)
  --template FILE         CloudFormation template to serve (YAML, JSON, cdk.out/*.template.json); repeatable
  --parameter NAME=VALUE  parameter of a template, or export of another stack; repeatable
  --target NAME=HOST[:PORT][,…]
                          actual address of a load balancer, a listener or a Cloud Map service, by its name, ARN
                          or logical id; several are used in turn; repeatable. By default the host of the
                          integration's URI; private integrations of HTTP APIs have no default
  --function NAME=FILE[#EXPORT] | NAME=URL
                          a Lambda function: a local ES module, or an Invoke endpoint; repeatable
  --endpoint-for SERVICE=URL
                          endpoint of an AWS service, such as dynamodb=http://127.0.0.1:8000; repeatable
  --use-machine-credentials
                          sign AWS integrations with this machine's AWS credentials; without it they are
                          sent only to --endpoint-for, signed with placeholders
  --allow-host NAME       another Host that may command the gateway, such as gw.example.com or
                          *.example.com; repeatable
  --allow-origin ORIGIN   a web page that may command the gateway, such as http://localhost:5173; repeatable
  --admin-token TOKEN|off token for commands (GATEWAY_ADMIN_TOKEN); by default it is generated and printed
                          if --host is not loopback
  --default-api ID        API of a request whose Host and path name none; not needed with a single API
  --region REGION         Region in the names of resources (AWS_REGION, us-east-1)
  --auth off|sigv4        whether requests to @connections must be signed (off)
  --credentials FILE      access keys: JSON, access key id → {secretAccessKey, arn?, …}
  --policy FILE           permissions: an IAM policy, or ARN → policy (everything is allowed)
  --tls self-signed       HTTPS with a certificate generated for localhost, stored in .data/gateway-tls
  --tls-host HOST         another host of that certificate; repeatable
  --tls-cert FILE --tls-key FILE
                          HTTPS with your own certificate
  --quota NAME=N          quota of the account: requests-per-second (10000), request-burst (5000),
                          new-connections-per-second (500); repeatable
  --log-level LEVEL       fatal, error, warn, info, debug, trace or silent (LOG_LEVEL, info)
  --help                  show this text

  lint FILE …             find what AWS would refuse in a CloudFormation template; see lint --help
  explain FILE …          show the exact request that an integration would receive; see explain --help
`;

/** @throws {UsageError} names every wrong option and variable */
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
  const adminToken = values['admin-token'] ?? (env.GATEWAY_ADMIN_TOKEN || undefined);
  const options = {
    port: read(() => readPort(values.port ?? (env.GATEWAY_PORT || '8080'))),
    host: plainAddress(values.host ?? (env.GATEWAY_HOST || '127.0.0.1')),
    region: values.region ?? (env.AWS_REGION || 'us-east-1'),
    defaultApi: values['default-api'],
    templates: values.template ?? [],
    parameters: read(() => readNameValues('--parameter', values.parameter)),
    targets: read(() => readTargets(values.target ?? [])),
    functions: new Map((values.function ?? []).flatMap((each) => read(() => [readFunction(each)]) ?? [])),
    endpoints: new Map(
      (values['endpoint-for'] ?? []).flatMap((each) => read(() => [readEndpoint(each)]) ?? []),
    ),
    usesMachineCredentials: values['use-machine-credentials'] ?? false,
    allowedHosts: (values['allow-host'] ?? []).flatMap((each) => read(() => readHostName(each)) ?? []),
    allowedOrigins: (values['allow-origin'] ?? []).flatMap(
      (each) => read(() => readAllowedOrigin(each)) ?? [],
    ),
    adminToken: adminToken === undefined ? undefined : read(() => readAdminToken(adminToken)),
    iam: read(() => readIamSettings(values, env, LOCAL_ACCOUNT)),
    tls: read(() => readTlsSettings(values)),
    quotas: Object.fromEntries((values.quota ?? []).flatMap((each) => read(() => [readQuota(each)]) ?? [])),
    logLevel: read(() => readLogLevel(values['log-level'] ?? (env.LOG_LEVEL || 'info'))),
  };
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  // without problems every value was read
  return options as Options;
}

function readPort(port: string): number {
  if (/^\d+$/.test(port) && Number(port) <= 65_535) return Number(port);
  throw new UsageError(
    `--port (GATEWAY_PORT) is '${port}': it must be a number from 0 to 65535, where 0 takes any free port`,
  );
}

/** A target that is named several times has all the addresses. */
function readTargets(targets: readonly string[]): Targets {
  const all = targets.map((target) => {
    const [, name, addresses] = target.match(/^([^=]+)=([^=]+)$/) ?? [];
    const list = addresses?.split(',') ?? [];
    if (name !== undefined && list.length > 0 && list.every((each) => ADDRESS.test(each)))
      return { name, list };
    throw new UsageError(
      `--target is '${target}': it must be NAME=HOST or NAME=HOST:PORT, several separated by commas, where NAME is the name, ARN or logical id of a load balancer, a listener or a Cloud Map service`,
    );
  });
  const byName = Map.groupBy(all, ({ name }) => name);
  return new Map([...byName].map(([name, group]) => [name, group.flatMap(({ list }) => list)]));
}

const ADDRESS = /^(?:[\w.-]+|\[[\da-f:]+\])(?::\d+)?$/i;

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

function readHostName(text: string): string {
  const name = hostName(text.replace(/^\*\./, ''));
  if (name !== undefined && !/:\d+$/.test(text)) return `${text.startsWith('*.') ? '*.' : ''}${name}`;
  throw new UsageError(
    `--allow-host is '${text}': it must be a host name without scheme and port, such as gw.example.com or *.example.com`,
  );
}

function readAllowedOrigin(text: string): string {
  const origin = readOrigin(text);
  if (origin !== undefined) return origin;
  throw new UsageError(
    `--allow-origin is '${text}': it must be SCHEME://HOST or SCHEME://HOST:PORT without a path, such as http://localhost:5173`,
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

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  template: { type: 'string', multiple: true },
  parameter: { type: 'string', multiple: true },
  target: { type: 'string', multiple: true },
  function: { type: 'string', multiple: true },
  'endpoint-for': { type: 'string', multiple: true },
  'use-machine-credentials': { type: 'boolean' },
  'allow-host': { type: 'string', multiple: true },
  'allow-origin': { type: 'string', multiple: true },
  'admin-token': { type: 'string' },
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
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; --help lists the options`);
  }
}
