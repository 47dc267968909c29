import { isIP } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type TemplateFile } from '../cloudformation/template-file.js';
import { createLog } from '../cli/create-log.js';
import { LOCAL_ACCOUNT } from '../cli/local-account.js';
import { readTemplateFile } from '../cli/read-template-file.js';
import { type GatewayOptions } from '../gateway-options.js';
import { iamSettings } from '../iam/iam-settings.js';
import { type FunctionSource, type LambdaHandler, parseSource } from '../lambda/function-source.js';
import { parseTargetAddress } from '../integrations/target-address.js';
import { readRecord } from '../recorder/record-size.js';
import { UsageError } from '../usage-error.js';
import { checkOptions } from './check-options.js';
import {
  type ListeningServer,
  type StartGatewayOptions,
  type Target,
  type TemplateSource,
  type UrlObject,
} from './start-options.js';

/** @throws {UsageError} names an option and what is expected */
export async function gatewayOptions(options: StartGatewayOptions): Promise<GatewayOptions> {
  checkOptions(options);
  const {
    template = [],
    parameters,
    targets,
    functions,
    endpoints,
    issuers,
    auth = 'off',
    credentials,
    policy,
  } = options;
  const templates: readonly TemplateSource[] = isList(template) ? template : [template];
  const source = (where: string, json: object | undefined) => json && { where, json };
  return {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    region: options.region ?? 'us-east-1',
    accountId: LOCAL_ACCOUNT,
    templates: await Promise.all(templates.map(readTemplate)),
    parameters: mapOf(parameters, (_, value) => String(value)),
    targets: mapOf(targets, (name, target) =>
      Array.isArray(target)
        ? target.map((each: Target) => addressOf(name, each))
        : addressOf(name, target as Target),
    ),
    functions: mapOf(functions, functionSource),
    services: {
      endpoints: mapOf(endpoints, (name, value) => readUrl(`endpoints.${name}`, hrefOf(value))),
      credentials: undefined,
    },
    issuers: mapOf(issuers, (name, value) => readUrl(`issuers.${name}`, hrefOf(value)).href),
    iam: iamSettings(
      { auth, credentials: source('credentials', credentials), policy: source('policy', policy) },
      process.env,
      LOCAL_ACCOUNT,
    ),
    tls: options.tls,
    adminToken: options.adminToken,
    quotas: options.quotas,
    record: readRecord(options.record ?? '32mb'),
    recordSecrets: options.recordSecrets,
    log: createLog(options.logLevel ?? 'silent'),
    accessLog: options.accessLog ?? (() => undefined),
  };
}

const isList = (
  template: TemplateSource | readonly TemplateSource[],
): template is readonly TemplateSource[] => Array.isArray(template);

const mapOf = <T, R>(
  values: Readonly<Record<string, T>> = {},
  read: (name: string, value: T) => R,
): ReadonlyMap<string, R> =>
  new Map(Object.entries(values).map(([name, value]) => [name, read(name, value)] as const));

async function readTemplate(template: TemplateSource, index: number): Promise<TemplateFile> {
  const unnamed = `template ${index + 1}`;
  if (typeof template === 'string') {
    const isText = template.includes('\n') || template.trimStart().startsWith('{');
    return isText
      ? { fileName: unnamed, text: template }
      : { fileName: template, text: await readTemplateFile(template) };
  }
  if (isUrl(template)) {
    const fileName = fileURLToPath(template.href);
    return { fileName, text: await readTemplateFile(fileName) };
  }
  return { fileName: unnamed, text: JSON.stringify(template) };
}

const isUrl = (value: object): value is UrlObject => 'href' in value && 'protocol' in value;

const hrefOf = (value: string | UrlObject) => (typeof value === 'string' ? value : value.href);

/** `HOST[:PORT][?ATTRIBUTE=VALUE&…]`, as `--target` has it. */
function addressOf(name: string, target: Target): string {
  if (typeof target === 'object' && 'attributes' in target) {
    return `${addressOf(name, target.address)}?${new URLSearchParams(target.attributes).toString()}`;
  }
  if (typeof target === 'object' && !isUrl(target)) return listeningAddress(name, target);
  const text = hrefOf(target);
  if (parseTargetAddress(text) !== undefined) return text;
  const url = readUrl(`targets.${name}`, text);
  if (url.pathname === '/' && url.search === '') return url.host;
  throw new UsageError(
    `targets.${name} is '${text}': it must have no path, because the integration's URI has the path`,
  );
}

function listeningAddress(name: string, server: ListeningServer): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') {
    throw new UsageError(
      `targets.${name} is a server that does not listen on a port: await its listening first`,
    );
  }
  const host = ANY_ADDRESS.includes(bound.address) ? '127.0.0.1' : bound.address;
  return `${isIP(host) === 6 ? `[${host}]` : host}:${bound.port}`;
}

/** A server that listens on them can be reached on loopback. */
const ANY_ADDRESS = ['::', '0.0.0.0'];

function functionSource(name: string, location: string | UrlObject | LambdaHandler): FunctionSource {
  if (typeof location === 'function') return { kind: 'handler', handler: location };
  const href = hrefOf(location);
  return parseSource(name, href.startsWith('file:') ? fileURLToPath(href) : href);
}

function readUrl(name: string, text: string): URL {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return new URL(text);
  throw new UsageError(`${name} is '${text}': it must be a URL that begins with http:// or https://`);
}
