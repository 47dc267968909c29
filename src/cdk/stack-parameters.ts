import { z } from 'zod';
import { JWT_SECRET_BYTES } from '../api/jwt-key.js';
import { plainText, wholeNumber as wholeNumberSetting } from '../api/setting-kinds.js';
import { combinationProblems } from '../api/setting-rules.js';
import { settingRows, SETTINGS } from '../api/settings.js';
import { unknownSettings } from '../api/unknown-settings.js';
import { checkedText, passThroughSettings } from './pass-through-settings.js';

/**
 * The context parameters of the CDK app, `-c name=value`. Names in lower case are parameters of the infrastructure;
 * those in upper case are settings of the service, which the stack passes on.
 */
export type StackParameters = z.output<typeof Schema>;

/** The parameters are invalid. One line for each problem, beginning with the parameter's name. */
export class ParametersError extends Error {
  override readonly name = 'ParametersError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/**
 * @param context of the app, from `-c` and `cdk.json`. Names with `:`, `@`, `/` or `-` belong to the CDK
 * @throws {ParametersError} with every problem
 */
export function readParameters(context: Readonly<Record<string, unknown>>): StackParameters {
  const entries = Object.entries(context).filter(([name, value]) => /^\w+$/.test(name) && value !== '');
  const texts = Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
  const unknown = Object.keys(texts).filter((name) => !Object.hasOwn(Schema.shape, name));
  const { data, error } = Schema.safeParse(texts);
  const problems = [
    ...unknown.map(explainUnknown),
    ...(error?.issues ?? []).map(({ path: [name], message }) => problem(String(name), texts, message)),
    ...[...contradictions(texts), ...settingContradictions(texts)].map(([name, message]) =>
      problem(name, texts, message),
    ),
  ];
  if (data === undefined || problems.length > 0) throw new ParametersError(problems);
  return data;
}

/** Name, meaning and default of each parameter, for `--help`. */
export function describeParameters(): string {
  const rows = Object.entries(Schema.shape).map(([name, schema]) => {
    const preset = schema.safeParse(undefined);
    const hasDefault = preset.success && preset.data !== undefined;
    return `  ${name.padEnd(28)} ${schema.description}${hasDefault ? ` (${String(preset.data)})` : ''}`;
  });
  return `${rows.join('\n')}\n`;
}

const wholeNumber = (min: number, max: number) => wholeNumberSetting(min, max).schema;

const choice = <const T extends readonly string[]>(...values: T) =>
  z.enum(values, `expected ${values.join(' or ')}`);

const trueOrFalse = choice('true', 'false').transform((text) => text === 'true');

const matching = (pattern: RegExp, expected: string) => z.string().regex(pattern, `expected ${expected}`);

const arn = (service: string, rest: string, expected: string) =>
  matching(new RegExp(`^arn:aws[\\w-]*:${service}:[a-z0-9-]+:\\d{12}:${rest}$`), expected);

const secretArn = arn(
  'secretsmanager',
  'secret:.+-\\w{6}',
  'the complete ARN of a secret, including its last six letters',
);

/** The retention times of CloudWatch Logs, in days. */
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Fargate's CPU units, each with its range of memory in MiB. */
const MEMORY: Readonly<Record<number, { min: number; max: number; step: number }>> = {
  256: { min: 512, max: 2048, step: 512 },
  512: { min: 1024, max: 4096, step: 1024 },
  1024: { min: 2048, max: 8192, step: 1024 },
  2048: { min: 4096, max: 16_384, step: 1024 },
  4096: { min: 8192, max: 30_720, step: 1024 },
};

const Schema = z.object({
  name: matching(/^[A-Za-z][A-Za-z0-9-]{0,33}$/, 'a letter, then at most 33 letters, digits and -')
    .default('backchannel')
    .describe('name of the stack'),
  stage: matching(/^[A-Za-z0-9_-]{1,128}$/, 'at most 128 letters, digits, - and _')
    .default('prod')
    .describe('name of the stage, and last part of its URLs'),
  vpcId: matching(/^vpc-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'a VPC such as vpc-0123456789abcdef0')
    .optional()
    .describe('an existing VPC; without it, a VPC is created'),
  subnetIds: matching(
    /^subnet-[0-9a-f]{8,17}(,subnet-[0-9a-f]{8,17})+$/,
    'two or more subnets, separated by commas',
  )
    .transform((text) => text.split(','))
    .optional()
    .describe(
      'with vpcId: private subnets in different zones, with a route to the Internet or to VPC endpoints',
    ),
  natGateways: wholeNumber(1, 2)
    .default(1)
    .describe('NAT gateways of a created VPC; 2 survive the loss of a zone'),
  flowLogs: trueOrFalse
    .default(false)
    .describe('true: logs the network flows of a created VPC, each as a line in CloudWatch Logs'),
  ipAddressType: choice('ipv4', 'dualstack')
    .default('ipv4')
    .describe('addresses by which clients reach the API: dualstack adds IPv6'),
  store: choice('valkey', 'dynamodb')
    .default('valkey')
    .describe('store of connections, channels and history'),
  image: matching(/^[\w.:/@-]+$/, 'the URI of an image')
    .optional()
    .describe('image of the service; without it, the deployment builds it from the Dockerfile'),
  architecture: choice('arm64', 'x86_64')
    .default('arm64')
    .describe('CPU architecture of the image; tasks on arm64 (Graviton) cost a fifth less'),
  cpu: wholeNumber(256, 4096)
    .refine((units) => Object.hasOwn(MEMORY, units), `expected ${Object.keys(MEMORY).join(', ')}`)
    .default(512)
    .describe('CPU units of a task; 1024 are one vCPU'),
  memoryMiB: wholeNumber(512, 30_720).default(1024).describe('memory of a task'),
  minTasks: wholeNumber(1, 1000).default(2).describe('smallest number of tasks'),
  maxTasks: wholeNumber(1, 1000).default(10).describe('largest number of tasks'),
  desiredTasks: wholeNumber(1, 1000)
    .optional()
    .describe('number of tasks after each deployment; without it, the current number stays'),
  spotPercent: wholeNumber(0, 100)
    .default(0)
    .describe('percentage of the tasks beyond the first that run on Fargate Spot, which AWS may stop'),
  containerInsights: choice('disabled', 'enabled', 'enhanced')
    .default('disabled')
    .describe('CloudWatch Container Insights of the cluster, which cost for each metric'),
  connectionsPerTask: wholeNumber(100, 1_000_000)
    .default(10_000)
    .describe('open connections per task, above which another task starts'),
  throttleRate: wholeNumber(1, 1_000_000).default(5000).describe('client messages per second and route'),
  throttleBurst: wholeNumber(1, 1_000_000).default(2500).describe('burst of client messages per route'),
  accessLogs: trueOrFalse
    .default(true)
    .describe('false: no access log of the API, and no alarms for its 5xx and 429 responses'),
  logRetentionDays: wholeNumber(1, 3653)
    .refine((days) => RETENTIONS.includes(days), `expected one of ${RETENTIONS.join(', ')}`)
    .default(30)
    .describe("retention of the service's logs and the access logs"),
  logsRole: choice('create', 'existing')
    .default('create')
    .describe(
      "API Gateway's role for logs, one per Region of an account: create it, or use the existing one",
    ),
  alarmEmail: z
    .email('expected an e-mail address')
    .optional()
    .describe('e-mail address that receives alarms'),
  alarmTopicArn: arn('sns', '[\\w.-]+', 'the ARN of an SNS topic')
    .optional()
    .describe('SNS topic that receives alarms'),
  runbooks: matching(/^[^\s()]+$/, 'a URL or a path')
    .default('docs/operating.md')
    .describe('URL of docs/operating.md, to which alarms and dashboard link'),
  kmsKeyArn: arn('kms', 'key/[\\w-]+', 'the ARN of a KMS key')
    .optional()
    .describe('KMS key for store, logs, secret and alarm topic; without it, keys that AWS owns'),
  secretGeneration: wholeNumber(1, 1_000_000)
    .default(1)
    .describe('increase by one to rotate the gateway secret; the previous one is still accepted'),
  acceptPreviousSecret: trueOrFalse
    .default(true)
    .describe('false: the previous gateway secret is no longer accepted'),
  authorizerArn: arn('lambda', 'function:.+', 'the ARN of a Lambda function')
    .optional()
    .describe('with AUTH=authorizer: the Lambda authorizer'),
  authorizerIdentitySources: matching(
    /^(?:route\.request\.(?:header|querystring)\.[\w.$-]+,?)+$/,
    'route.request.{header|querystring}.NAME, separated by commas',
  )
    .transform((text) => text.split(','))
    .default(['route.request.querystring.token'])
    .describe('identity sources: a handshake without them is refused'),
  authorizerUserKey: matching(/^[A-Za-z0-9_]+$/, 'letters, digits and _')
    .optional()
    .describe("key of the authorizer's context with the user id; default principalId"),
  apiKeysSecretArn: secretArn.optional().describe('secret with API_KEYS, for the publish API'),
  publisherSecurityGroupId: matching(/^sg-[0-9a-f]{8,17}$/, 'a security group such as sg-0123456789abcdef0')
    .optional()
    .describe('security group of the clients of the publish API'),
  jwtSecretArn: secretArn.optional().describe('with AUTH=jwt: secret with JWT_SECRET'),
  ...passThroughSettings,
  JWT_JWKS_URL: checkedText(SETTINGS.JWT_JWKS_URL)
    .regex(/^https:/i, 'expected a URL that starts with https:')
    .optional()
    .describe(plainText(SETTINGS.JWT_JWKS_URL.meaning)),
  AUTH: SETTINGS.AUTH.schema.default('none').describe(plainText(SETTINGS.AUTH.meaning)),
  REPLIES: SETTINGS.REPLIES.schema
    .default('callback')
    .describe('how replies are sent; with response, $default is two-way'),
  DRAIN_SECONDS: wholeNumber(0, 90)
    .default(30)
    .describe('how long a stopping task continues to serve; also the deregistration delay'),
  WS_API_ENDPOINT: checkedText(SETTINGS.WS_API_ENDPOINT)
    .regex(/^https:/i, 'expected a URL that starts with https:')
    .optional()
    .describe("endpoint of callbacks, if not the stage's own URL: a custom domain name"),
});

/** Problems of several parameters together, each with the parameter to report it for. */
function contradictions(texts: Readonly<Record<string, string>>): (readonly [string, string])[] {
  const has = (name: string) => texts[name] !== undefined;
  const number = (name: 'minTasks' | 'maxTasks' | 'desiredTasks' | 'cpu' | 'memoryMiB') =>
    Schema.shape[name].safeParse(texts[name]).data;
  const [min, max, desired] = [number('minTasks'), number('maxTasks'), number('desiredTasks')];
  const memory = number('memoryMiB');
  const range = MEMORY[number('cpu') ?? 0];
  const rules: readonly (readonly [boolean, string, string])[] = [
    [has('vpcId') && !has('subnetIds'), 'subnetIds', 'expected the private subnets of vpcId'],
    [has('subnetIds') && !has('vpcId'), 'vpcId', 'expected the VPC of subnetIds'],
    [has('natGateways') && has('vpcId'), 'natGateways', 'expected only without vpcId'],
    [has('flowLogs') && has('vpcId'), 'flowLogs', 'expected only without vpcId'],
    [
      min !== undefined && max !== undefined && max < min,
      'maxTasks',
      `expected no less than minTasks, ${min}`,
    ],
    [
      desired !== undefined && (desired < (min ?? 0) || desired > (max ?? Infinity)),
      'desiredTasks',
      `expected from minTasks to maxTasks, ${min} to ${max}`,
    ],
    [
      memory !== undefined &&
        range !== undefined &&
        (memory < range.min || memory > range.max || memory % range.step !== 0),
      'memoryMiB',
      `expected ${range?.min} to ${range?.max} in steps of ${range?.step} with that cpu`,
    ],
    [has('alarmEmail') && has('alarmTopicArn'), 'alarmEmail', 'expected only one of it and alarmTopicArn'],
    [
      texts['AUTH'] === 'authorizer' && !has('authorizerArn'),
      'authorizerArn',
      'expected with AUTH=authorizer',
    ],
    [
      has('authorizerArn') && texts['AUTH'] !== 'authorizer',
      'AUTH',
      'expected authorizer with authorizerArn',
    ],
    [
      has('acceptPreviousSecret') && !has('secretGeneration'),
      'acceptPreviousSecret',
      'expected only with secretGeneration',
    ],
  ];
  return rules.flatMap(([isBroken, name, expected]) => (isBroken ? [[name, expected] as const] : []));
}

/** Problems that the service would have with these settings together. */
function settingContradictions(texts: Readonly<Record<string, string>>): (readonly [string, string])[] {
  const { jwtSecretArn, WS_API_ENDPOINT = 'set by the stack' } = texts;
  // a text in place of the secret, which is read when a task starts
  const JWT_SECRET = jwtSecretArn && 'x'.repeat(JWT_SECRET_BYTES);
  return combinationProblems({ ...texts, WS_API_ENDPOINT, JWT_SECRET })
    .map((found) => found.map((text) => text.replace(/\bJWT_SECRET\b/, 'jwtSecretArn')))
    .flatMap(([name = '', expected = '']) => (name in Schema.shape ? [[name, expected] as const] : []));
}

function explainUnknown(name: string): string {
  const [setting] = unknownSettings([name]);
  return setting?.message ?? `${name} is not a parameter: synth --help lists them`;
}

function problem(name: string, texts: Readonly<Record<string, string>>, expected: string): string {
  const value = texts[name];
  if (value === undefined) return `${name} is not set: ${expected}`;
  const isSecret = settingRows().some(([setting, row]) => setting === name && row.isSecret);
  return isSecret ? `${name} (${value.length} characters): ${expected}` : `${name}=${value}: ${expected}`;
}
