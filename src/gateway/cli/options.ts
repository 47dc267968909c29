import { type ConfigFile, readConfigFile } from './config-file.js';
import { type LogFormat } from './create-log.js';
import { type Flag, type FlagValues } from './flags.js';
import { LOCAL_ACCOUNT } from './local-account.js';
import { readNameValues } from './name-value.js';
import { SERVE_FLAGS } from './serve-flags.js';
import { readAdminToken } from '../front/admin-token.js';
import { hostName, plainAddress, readOrigin } from '../front/host-and-origin.js';
import { type FunctionSource, FunctionSourceError, parseFunctionFlag } from '../lambda/function-source.js';
import { type IamSettings, readIamSettings } from '../iam/iam-settings.js';
import { parseTargetAddress } from '../integrations/target-address.js';
import { type Targets } from '../integrations/target-pool.js';
import { readRecord } from '../recorder/record-size.js';
import { type AccountLimits } from '../throttle.js';
import { readTlsSettings, type TlsSettings } from '../front/tls.js';
import { UsageError } from '../usage-error.js';

/** The options of `serve` from the command line, the environment and the configuration file. */
export interface Options {
  /** The configuration file, if there is one. */
  readonly configFile: string | undefined;
  readonly host: string;
  readonly port: number;
  /** The file that contains the port while the gateway listens. */
  readonly portFile: string | undefined;
  readonly region: string;
  readonly defaultApi: string | undefined;
  /** Files of CloudFormation templates, in the order of loading. */
  readonly templates: readonly string[];
  /** Files with what `terraform show -json` prints, in the order of loading, after the templates. */
  readonly terraform: readonly string[];
  /** A CDK app: the command that runs it, its folder, or the folder of its cloud assembly. */
  readonly app: string | undefined;
  /** Patterns of the names of its stacks; by default all that have an API. */
  readonly stacks: readonly string[];
  readonly parameters: ReadonlyMap<string, string>;
  /** Stacks on AWS with values for the templates. */
  readonly fromStacks: readonly string[];
  readonly targets: Targets;
  readonly functions: ReadonlyMap<string, FunctionSource>;
  /** AWS service → its endpoint. */
  readonly endpoints: ReadonlyMap<string, URL>;
  /** Issuer of a JWT authorizer → the URL that is used in its place. */
  readonly issuers: ReadonlyMap<string, string>;
  /** Whether `AWS` integrations may use this machine's AWS credentials. */
  readonly usesMachineCredentials: boolean;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly adminToken: string | undefined;
  readonly iam: IamSettings;
  readonly tls: TlsSettings | undefined;
  readonly quotas: Partial<AccountLimits>;
  /** Memory for records in bytes; by default recording begins with the first reader. */
  readonly record: number | 'off' | undefined;
  readonly recordSecrets: boolean;
  /** Whether templates and the configuration file are loaded again when they change. */
  readonly isWatching: boolean;
  readonly logLevel: string;
  /** By default the output decides. */
  readonly logFormat: LogFormat | undefined;
  /** The values from which the options were read. */
  readonly values: ServeValues;
}

/** The values of `serve` from all sources. */
export type ServeValues = FlagValues<typeof SERVE_FLAGS>;

/**
 * Reads the options of `serve`. A flag takes precedence over its variable, the variable over the configuration file,
 * and that over the default. Of a flag with names, such as `--parameter`, only equal names are replaced.
 *
 * @throws {UsageError} names every wrong flag, variable and key
 */
export function readOptions(flags: ServeValues, env: NodeJS.ProcessEnv): Options {
  const config = readConfigFile(flags.config, SERVE_FLAGS);
  const values = merged(flags, env, config);
  const problems: string[] = [];
  const read = <T>(names: readonly (keyof ServeValues)[], reader: () => T): T | undefined => {
    try {
      return reader();
    } catch (error) {
      if (!(error instanceof UsageError || error instanceof FunctionSourceError)) throw error;
      const isFromFile = names.some(
        (name) => values[name] !== undefined && values[name] === config?.values[name],
      );
      problems.push(isFromFile ? error.message.replaceAll(/^/gm, `${config?.fileName}: `) : error.message);
      return undefined;
    }
  };
  const each = <T>(name: ListName, reader: (text: string) => T): readonly T[] =>
    (values[name] ?? []).flatMap((text) => read([name], () => [reader(text)]) ?? []);
  const { 'admin-token': adminToken, 'port-file': portFile, port = '8080', host = '127.0.0.1' } = values;
  const options = {
    configFile: config?.fileName,
    port: read(['port'], () => readPort(port)),
    host: plainAddress(host),
    portFile,
    region: values.region ?? 'us-east-1',
    defaultApi: values['default-api'],
    templates: values.template ?? [],
    terraform: values.terraform ?? [],
    app: values.app,
    stacks: read(['stack'], () => readStacks(values)),
    parameters: read(['parameter'], () => readNameValues('--parameter', values.parameter)),
    fromStacks: read(['from-stack'], () => readFromStacks(values)),
    targets: read(['target'], () => readTargets(values.target ?? [])),
    functions: new Map(each('function', readFunction)),
    endpoints: new Map(each('endpoint-for', readEndpoint)),
    issuers: new Map(each('issuer', readIssuer)),
    usesMachineCredentials: values['use-machine-credentials'] ?? false,
    allowedHosts: each('allow-host', readHostName),
    allowedOrigins: each('allow-origin', readAllowedOrigin),
    adminToken:
      adminToken === undefined ? undefined : read(['admin-token'], () => readAdminToken(adminToken)),
    iam: read(['auth', 'credentials', 'policy'], () => readIamSettings(values, env, LOCAL_ACCOUNT)),
    tls: read(['tls', 'tls-host', 'tls-cert', 'tls-key'], () => readTlsSettings(values)),
    quotas: Object.fromEntries(each('quota', readQuota)),
    record: read(['record'], () => readRecord(values.record)),
    recordSecrets: values['record-secrets'] ?? false,
    isWatching: values.watch ?? false,
    logLevel: read(['log-level'], () => readLogLevel(values['log-level'] ?? 'info')),
    logFormat: read(['log-format'], () => readLogFormat(values['log-format'])),
    values,
  };
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  // without problems every value was read
  return options as Options;
}

/** The flags that can be repeated. */
type ListName = {
  [K in keyof typeof SERVE_FLAGS]: (typeof SERVE_FLAGS)[K]['kind'] extends 'list' | 'map' ? K : never;
}[keyof typeof SERVE_FLAGS];

function merged(
  flags: ServeValues,
  env: NodeJS.ProcessEnv,
  config: ConfigFile<typeof SERVE_FLAGS> | undefined,
): ServeValues {
  const all: Record<string, string | boolean | readonly string[]> = { ...config?.values };
  for (const [name, flag] of Object.entries<Flag>(SERVE_FLAGS)) {
    const variable = flag.variable === undefined ? undefined : env[flag.variable];
    // an empty variable is one that is not set
    if (variable) all[name] = variable;
    const given = flags[name as keyof ServeValues];
    if (given === undefined) continue;
    const inFile = all[name];
    all[name] = flag.kind === 'map' && Array.isArray(inFile) ? withOthers(given as string[], inFile) : given;
  }
  return all;
}

/** Entries `NAME=VALUE`, after the entries of other names. */
function withOthers(entries: readonly string[], others: readonly string[]): readonly string[] {
  const nameOf = (entry: string) => entry.slice(0, entry.indexOf('='));
  const names = new Set(entries.map(nameOf));
  return [...others.filter((entry) => !names.has(nameOf(entry))), ...entries];
}

function readStacks({ app, stack = [] }: ServeValues): readonly string[] {
  if (app !== undefined || stack.length === 0) return stack;
  throw new UsageError('--stack names a stack of a CDK app: give --app, too');
}

function readFromStacks({ 'from-stack': stacks = [], template, app }: ServeValues): readonly string[] {
  if (stacks.length === 0 || template !== undefined || app !== undefined) return stacks;
  throw new UsageError('--from-stack has values for templates: give --template or --app, too');
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
    const [, name, addresses] = target.match(/^([^=]+)=(.+)$/) ?? [];
    const list = addresses?.split(',') ?? [];
    if (name !== undefined && list.length > 0 && list.every((each) => parseTargetAddress(each)))
      return { name, list };
    throw new UsageError(
      `--target is '${target}': it must be NAME=HOST or NAME=HOST:PORT, several separated by commas, each with or without ?ATTRIBUTE=VALUE&… of a Cloud Map instance, where NAME is the name, ARN or logical id of a load balancer, a listener, or a Cloud Map service or instance`,
    );
  });
  const byName = Map.groupBy(all, ({ name }) => name);
  return new Map([...byName].map(([name, group]) => [name, group.flatMap(({ list }) => list)]));
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

function readIssuer(text: string): readonly [string, string] {
  const [, issuer, url] = text.match(/^(https?:\/\/[^=]+)=(https?:\/\/.+)$/) ?? [];
  if (issuer !== undefined && url !== undefined && URL.canParse(url)) return [issuer, url];
  throw new UsageError(
    `--issuer is '${text}': it must be ISSUER=URL, such as https://login.example.com=http://127.0.0.1:9000`,
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

const LOG_LEVELS: readonly string[] = SERVE_FLAGS['log-level'].choices;

/** @returns `undefined` when the output decides */
function readLogFormat(format: string | undefined): LogFormat | undefined {
  if (format === undefined || format === 'json' || format === 'pretty') return format;
  throw new UsageError(`--log-format is '${format}': it must be json or pretty`);
}
