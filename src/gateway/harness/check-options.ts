import { SERVE_FLAGS } from '../cli/serve-flags.js';
import { suggestion } from '../cli/suggest.js';
import { isAdminTokenSetting } from '../front/admin-token.js';
import { UsageError } from '../usage-error.js';
import { type StartGatewayOptions } from './start-options.js';

/**
 * Checks the options, which come from a program without types, too.
 *
 * @throws {UsageError} names every wrong option and what is expected; it quotes no value that may be a secret
 */
export function checkOptions(options: StartGatewayOptions): void {
  const problems = object('options', membersOf(CHECKS, 'option'))(options, '');
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
}

/** @returns what is wrong with the value */
type Check = (value: unknown, name: string) => readonly string[];

const check =
  (expected: string, isValid: (value: unknown) => boolean): Check =>
  (value, name) =>
    isValid(value) ? [] : [`${name} is ${kindOf(value)}: it must be ${expected}`];

/** @param member checks each member; `undefined` is a member that is left out */
const object =
  (expected: string, member: Check): Check =>
  (value, name) => {
    if (!isObject(value))
      return [`${name || 'the argument'} is ${kindOf(value)}: it must be an object of ${expected}`];
    const prefix = name === '' ? '' : `${name}.`;
    return Object.entries(value).flatMap(([key, each]) => member(each, `${prefix}${key}`));
  };

/** @param what a member is called */
const membersOf =
  (checks: Readonly<Record<string, Check>>, what: string): Check =>
  (value, name) => {
    const key = name.slice(name.indexOf('.') + 1);
    const known = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (known === undefined) return [`there is no ${what} ${name}${suggestion(key, Object.keys(checks))}`];
    return value === undefined ? [] : known(value, name);
  };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isUrl = (value: unknown) => isObject(value) && isText(value['href']) && isText(value['protocol']);
const isAddress = (value: unknown) => isText(value) || isUrl(value) || isServer(value);
const isTarget = (value: unknown) => isAddress(value) || isInstance(value);
const isInstance = (value: unknown) =>
  isObject(value) &&
  isAddress(value['address']) &&
  isObject(value['attributes']) &&
  Object.values(value['attributes']).every((each) => typeof each === 'string');
const isServer = (value: unknown) => isObject(value) && typeof value['address'] === 'function';
const isWhole = (value: unknown, min: number, max: number) =>
  Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
const isTemplate = (value: unknown) => isText(value) || isObject(value);
const isParameter = (value: unknown) =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);

const LOG_LEVELS: readonly unknown[] = SERVE_FLAGS['log-level'].choices;
/** Of `--quota`. */
const MAX_QUOTA = 999_999_999;

const quota = check(`a whole number from 1 to ${MAX_QUOTA}`, (value) => isWhole(value, 1, MAX_QUOTA));

const CHECKS: Readonly<Record<keyof StartGatewayOptions, Check>> = {
  template: check('a file, a URL, the text of a template, an object, or a list of these', (value) =>
    Array.isArray(value) ? value.every(isTemplate) : isTemplate(value),
  ),
  parameters: object('texts, numbers and booleans', check('a text, a number or a boolean', isParameter)),
  targets: object(
    'addresses',
    check('HOST:PORT, a URL, a server that listens, { address, attributes }, or a list of these', (value) =>
      Array.isArray(value) ? value.length > 0 && value.every(isTarget) : isTarget(value),
    ),
  ),
  functions: object(
    'functions',
    check(
      'a function, FILE#EXPORT, or a URL',
      (value) => typeof value === 'function' || isText(value) || isUrl(value),
    ),
  ),
  endpoints: object(
    'URLs',
    check('a URL', (value) => isText(value) || isUrl(value)),
  ),
  issuers: object(
    'URLs',
    check('a URL', (value) => isText(value) || isUrl(value)),
  ),
  port: check('a whole number from 0 to 65535, where 0 takes any free port', (value) =>
    isWhole(value, 0, 65_535),
  ),
  host: check('an address of this machine, such as 127.0.0.1', isText),
  region: check('a Region, such as us-east-1', isText),
  auth: check('off or sigv4', (value) => value === 'off' || value === 'sigv4'),
  credentials: check('an object of access key id → { secretAccessKey, … }', isObject),
  policy: check('an object', isObject),
  adminToken: check(
    'off, or 16 to 512 of A-Z a-z 0-9 . _ ~ + / = -',
    (value) => typeof value === 'string' && isAdminTokenSetting(value),
  ),
  tls: check(
    '{ cert, key }, both in PEM',
    (value) => isObject(value) && isText(value['cert']) && isText(value['key']),
  ),
  quotas: object(
    'numbers',
    membersOf({ requestsPerSecond: quota, requestBurst: quota, newConnectionsPerSecond: quota }, 'option'),
  ),
  record: check('off, or a size such as 32mb', isText),
  recordSecrets: check('true or false', (value) => typeof value === 'boolean'),
  logLevel: check(`one of ${LOG_LEVELS.join(', ')}`, (value) => LOG_LEVELS.includes(value)),
  accessLog: check('a function', (value) => typeof value === 'function'),
};

/** The value if it is a number, else its kind. */
function kindOf(value: unknown): string {
  if (value === '') return 'empty';
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) {
    return String(value);
  }
  if (Array.isArray(value)) return 'a list';
  return { string: 'another text', object: 'another object' }[typeof value as string] ?? `a ${typeof value}`;
}
