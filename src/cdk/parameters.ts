import { z } from 'zod';
import { handedOnSettings } from './pass-through-settings.js';

/**
 * What differs from one account to the next: the context parameters of the CDK app, `-c name=value`. Names in small
 * letters are of the infrastructure; those in capitals are settings of the service and are handed on to it.
 */
export type Parameters = z.output<typeof Schema>;

/** The stack cannot be made with these parameters. One line for each problem, with the parameter's name first. */
export class ParametersError extends Error {
  override readonly name = 'ParametersError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/**
 * @param context of the app: what `-c` and `cdk.json` say. Names with `:`, `@`, `/` or `-` are the CDK's own
 * @throws {ParametersError} with every problem that there is
 */
export function readParameters(context: Readonly<Record<string, unknown>>): Parameters {
  const given = Object.entries(context).filter(([name, value]) => /^\w+$/.test(name) && value !== '');
  const texts = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
  const unknown = Object.keys(texts).filter((name) => !Object.hasOwn(Schema.shape, name));
  const { data, error } = Schema.safeParse(texts);
  const problems = [
    ...unknown.map((name) => `${name} is no parameter: synth --help lists them`),
    ...(error?.issues ?? []).map(({ path: [name], message }) => problem(String(name), texts, message)),
    ...contradictions(texts).map(([name, message]) => problem(name, texts, message)),
  ];
  if (data === undefined || problems.length > 0) throw new ParametersError(problems);
  return data;
}

/** Name, meaning and default of each, for reading. */
export function describeParameters(): string {
  const rows = Object.entries(Schema.shape).map(([name, schema]) => {
    const preset = schema.safeParse(undefined);
    const hasDefault = preset.success && preset.data !== undefined;
    return `  ${name.padEnd(28)} ${schema.description}${hasDefault ? ` (${String(preset.data)})` : ''}`;
  });
  return `${rows.join('\n')}\n`;
}

const wholeNumber = (min: number, max: number) => {
  const expected = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .transform((text) => (/^\d+$/.test(text) ? Number(text) : Number.NaN))
    .pipe(z.number(expected).min(min, expected).max(max, expected));
};

const choice = <const T extends readonly string[]>(...values: T) =>
  z.enum(values, `expected ${values.join(' or ')}`);

const trueOrFalse = choice('true', 'false').transform((text) => text === 'true');

const matching = (pattern: RegExp, expected: string) => z.string().regex(pattern, `expected ${expected}`);

const arn = (service: string, rest: string, expected: string) =>
  matching(new RegExp(`^arn:aws[\\w-]*:${service}:[a-z0-9-]+:\\d{12}:${rest}$`), expected);

const secretArn = arn(
  'secretsmanager',
  'secret:.+-\\w{6}',
  'the complete ARN of a secret, with its last six letters',
);

/** What CloudWatch Logs takes, in days. */
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Fargate's units of CPU, and the MiB that go with each. */
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
    .describe('the stage that is served, and the last part of its URLs'),
  vpcId: matching(/^vpc-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'a VPC such as vpc-0123456789abcdef0')
    .optional()
    .describe('an existing VPC; without one, one of its own is made'),
  subnetIds: matching(
    /^subnet-[0-9a-f]{8,17}(,subnet-[0-9a-f]{8,17})+$/,
    'two or more subnets with commas between',
  )
    .transform((text) => text.split(','))
    .optional()
    .describe('with vpcId: private subnets in different zones, with a way to the Internet or to endpoints'),
  natGateways: wholeNumber(1, 2).default(1).describe('of a VPC of its own; 2 survive the loss of a zone'),
  store: choice('valkey', 'dynamodb').default('valkey').describe('where state is kept'),
  image: matching(/^[\w.:/@-]+$/, 'the URI of an image')
    .optional()
    .describe('of the service; without one it is built from the Dockerfile when it is deployed'),
  architecture: choice('x86_64', 'arm64').default('x86_64').describe('what the image is built for'),
  cpu: wholeNumber(256, 4096)
    .refine((units) => Object.hasOwn(MEMORY, units), `expected ${Object.keys(MEMORY).join(', ')}`)
    .default(512)
    .describe('of a task: 1024 are one vCPU'),
  memoryMiB: wholeNumber(512, 30_720).default(1024).describe('of a task'),
  minTasks: wholeNumber(1, 1000).default(2).describe('so many tasks at least'),
  maxTasks: wholeNumber(1, 1000).default(10).describe('so many tasks at most'),
  desiredTasks: wholeNumber(1, 1000)
    .optional()
    .describe('so many tasks after each deployment; without it, as many as scaling has chosen'),
  connectionsPerTask: wholeNumber(100, 1_000_000)
    .default(10_000)
    .describe('how many open connections one task is to answer for, before another is started'),
  throttleRate: wholeNumber(1, 1_000_000).default(5000).describe("clients' messages a second, on each route"),
  throttleBurst: wholeNumber(1, 1_000_000).default(2500).describe('and so many at once'),
  logRetentionDays: wholeNumber(1, 3653)
    .refine((days) => RETENTIONS.includes(days), `expected one of ${RETENTIONS.join(', ')}`)
    .default(30)
    .describe("of the service's logs and the access logs"),
  logsRole: choice('create', 'existing')
    .default('create')
    .describe("API Gateway's role for logs, one in each Region of an account: made, or there already"),
  alarmEmail: z.email('expected an e-mail address').optional().describe('who is told of alarms'),
  alarmTopicArn: arn('sns', '[\\w.-]+', 'the ARN of an SNS topic')
    .optional()
    .describe('what is told of alarms'),
  secretGeneration: wholeNumber(1, 1_000_000)
    .default(1)
    .describe('one more makes a new gateway secret, with the one before still accepted'),
  acceptPreviousSecret: trueOrFalse.default(true).describe('false ends that'),
  authorizerArn: arn('lambda', 'function:.+', 'the ARN of a Lambda function')
    .optional()
    .describe('with AUTH=authorizer: the function that decides who may connect'),
  authorizerIdentitySources: matching(
    /^(?:route\.request\.(?:header|querystring)\.[\w.$-]+,?)+$/,
    'route.request.{header|querystring}.NAME, with commas between',
  )
    .transform((text) => text.split(','))
    .default(['route.request.querystring.token'])
    .describe('what a handshake must have for the authorizer to be asked'),
  authorizerUserKey: matching(/^[A-Za-z0-9_]+$/, 'letters, digits and _')
    .optional()
    .describe("what of the authorizer's context names the user; without it, principalId"),
  apiKeysSecretArn: secretArn.optional().describe('the secret whose text is API_KEYS, for the publish API'),
  publisherSecurityGroupId: matching(/^sg-[0-9a-f]{8,17}$/, 'a security group such as sg-0123456789abcdef0')
    .optional()
    .describe('whose members reach the load balancer, for the publish API'),
  AUTH: choice('none', 'jwt', 'authorizer').default('none').describe('how a client says who it is'),
  JWT_JWKS_URL: z.string().optional().describe('with AUTH=jwt: where the token issuer shows its keys'),
  JWT_KEY: z.string().optional().describe("or the issuer's public key in PEM"),
  jwtSecretArn: secretArn.optional().describe('or the secret whose text is JWT_SECRET'),
  JWT_ISSUER: z.string().optional().describe('what iss has to be'),
  JWT_AUDIENCE: z.string().optional().describe('what aud has to name'),
  JWT_ALGORITHMS: z.string().optional().describe('accepted algorithms'),
  JWT_USER_CLAIM: z.string().optional().describe('the claim that names the user'),
  JWT_CLOCK_TOLERANCE_SECONDS: z.string().optional().describe("by how much the issuer's clock may differ"),
  JWT_JWKS_TIMEOUT_MS: z.string().optional().describe('until the keys are read'),
  REPLIES: choice('callback', 'response')
    .default('callback')
    .describe('how messages are answered; with response, $default is two-way'),
  DRAIN_SECONDS: wholeNumber(0, 90)
    .default(30)
    .describe('how long a task that is to stop serves on; the deregistration delay, too'),
  WS_API_ENDPOINT: matching(/^https:\/\//, 'a URL that starts with https:')
    .optional()
    .describe("where callbacks go, when it is not the stage's own URL: a custom domain name"),
  LOG_LEVEL: choice('fatal', 'error', 'warn', 'info', 'debug', 'trace')
    .default('info')
    .describe('what is logged'),
  OTEL_EXPORTER_OTLP_ENDPOINT: matching(/^https?:\/\//, 'a URL that starts with https: or http:')
    .optional()
    .describe('a collector for traces'),
  ...handedOnSettings,
});

/** Problems that no parameter has alone, with the parameter that the problem is told of. */
function contradictions(texts: Readonly<Record<string, string>>): (readonly [string, string])[] {
  const has = (name: string) => texts[name] !== undefined;
  const number = (name: 'minTasks' | 'maxTasks' | 'desiredTasks' | 'cpu' | 'memoryMiB') =>
    Schema.shape[name].safeParse(texts[name]).data;
  const [min, max, desired] = [number('minTasks'), number('maxTasks'), number('desiredTasks')];
  const memory = number('memoryMiB');
  const range = MEMORY[number('cpu') ?? 0];
  const keys = ['JWT_JWKS_URL', 'JWT_KEY', 'jwtSecretArn'].filter(has);
  const rules: readonly (readonly [boolean, string, string])[] = [
    [has('vpcId') && !has('subnetIds'), 'subnetIds', 'expected the private subnets of vpcId'],
    [has('subnetIds') && !has('vpcId'), 'vpcId', 'expected the VPC of subnetIds'],
    [has('natGateways') && has('vpcId'), 'natGateways', 'expected only for a VPC that is made'],
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
      texts['AUTH'] === 'jwt' && keys.length !== 1,
      'AUTH',
      'expected one of JWT_JWKS_URL, JWT_KEY and jwtSecretArn',
    ],
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

function problem(name: string, texts: Readonly<Record<string, string>>, expected: string): string {
  const value = texts[name];
  return value === undefined ? `${name} is not set: ${expected}` : `${name}=${value}: ${expected}`;
}
