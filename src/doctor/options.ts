import { parseArgs } from 'node:util';
import { UsageError } from './doctor-error.js';

/** The command line. Flags that are not given are absent. */
export interface Options {
  readonly api?: string;
  readonly stage?: string;
  readonly stack?: string;
  readonly region?: string;
  readonly template?: string;
  readonly compare?: string;
  readonly serviceUrl?: URL;
  readonly role?: string;
  readonly clients: number;
  readonly only: readonly string[];
  readonly failsOnWarning: boolean;
  readonly explain?: string;
  readonly json: boolean;
  readonly list: boolean;
  readonly policy: boolean;
  readonly live: boolean;
  /** URL of the handshake of `--live`, if it is not the stage's own. */
  readonly url?: URL;
  readonly message: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly help: boolean;
}

interface FlagRow {
  /** The value's name in the usage; absent for a switch. */
  readonly value?: string;
  readonly help: string;
  readonly isRepeatable?: true;
}

const FLAGS = {
  api: { value: 'ID', help: 'id of the WebSocket API' },
  stage: { value: 'NAME', help: 'its stage; needed if it has several' },
  stack: {
    value: 'NAME',
    help: 'CloudFormation stack that has the API and its stage, instead of --api and --stage',
  },
  region: { value: 'REGION', help: 'Region; by default that of the environment or profile' },
  template: { value: 'FILE', help: 'check a template instead: backchannel-gateway lint, in this form' },
  compare: { value: 'API[/STAGE]', help: 'show how another API differs from --api, instead of checking' },
  'service-url': {
    value: 'URL',
    help: 'the backend, as this machine reaches it: its keep-alive is measured',
  },
  role: { value: 'ARN', help: 'role that posts to @connections, if it is not that of an ECS task' },
  clients: { value: 'N', help: 'number of clients for which quotas are judged (10000)' },
  only: { value: 'ID|GROUP', help: 'only this check, or this group of checks', isRepeatable: true },
  'fail-on': { value: 'problem|warning', help: 'what makes the exit code 1 (problem)' },
  live: { help: 'open one connection, measure it, and print a parity report' },
  url: { value: 'URL', help: "URL of that connection with its query, if it is not the stage's own" },
  header: { value: "'NAME: VALUE'", help: 'header of its handshake', isRepeatable: true },
  message: { value: 'TEXT', help: 'message that it sends ({"action":"ping"})' },
  list: { help: 'print all checks with the permissions that they need' },
  policy: { help: 'print an IAM policy for the checks' },
  explain: { value: 'ID', help: 'print why a check matters, and what to do' },
  json: { help: 'print the report as JSON' },
  help: { help: 'show this text' },
} as const satisfies Readonly<Record<string, FlagRow>>;

type FlagName = keyof typeof FLAGS;

const DEFAULT_CLIENTS = 10_000;
const DEFAULT_MESSAGE = '{"action":"ping"}';

/** @throws {UsageError} one line for each problem */
export function readOptions(args: readonly string[]): Options {
  const values = parseFlags(args);
  const problems: string[] = [];
  const url = (flag: 'service-url' | 'url', protocols: readonly string[]): URL | undefined => {
    const text = one(values[flag]);
    if (text === undefined) return undefined;
    const parsed = URL.parse(text);
    if (parsed !== null && protocols.includes(parsed.protocol)) return parsed;
    problems.push(`--${flag} is '${text}': it must be a URL that starts with ${protocols.join('// or ')}//`);
    return undefined;
  };
  const clients = Number(one(values.clients) ?? DEFAULT_CLIENTS);
  if (!Number.isInteger(clients) || clients < 1) {
    problems.push(`--clients is '${one(values.clients)}': it must be a whole number from 1 on`);
  }
  const failOn = one(values['fail-on']) ?? 'problem';
  if (failOn !== 'problem' && failOn !== 'warning') {
    problems.push(`--fail-on is '${failOn}': it must be problem or warning`);
  }
  const headers = (values.header ?? []).map((text): readonly [string, string] => {
    const [, name, value] = /^([^\s:]+):\s*(.*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      problems.push(`--header is '${text}': it must be 'NAME: VALUE'`);
      return ['', ''];
    }
    return [name, value];
  });
  const serviceUrl = url('service-url', ['http:', 'https:']);
  const handshakeUrl = url('url', ['ws:', 'wss:']);
  if (values.api !== undefined && values.stack !== undefined)
    problems.push('--api and --stack exclude each other');
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return {
    ...text('api', values.api),
    ...text('stage', values.stage),
    ...text('stack', values.stack),
    ...text('region', values.region),
    ...text('template', values.template),
    ...text('compare', values.compare),
    ...text('role', values.role),
    ...text('explain', values.explain),
    ...(serviceUrl && { serviceUrl }),
    ...(handshakeUrl && { url: handshakeUrl }),
    clients,
    headers,
    only: (values.only ?? []).flatMap((each) => each.split(',')),
    failsOnWarning: failOn === 'warning',
    message: one(values.message) ?? DEFAULT_MESSAGE,
    json: values.json !== undefined,
    list: values.list !== undefined,
    policy: values.policy !== undefined,
    live: values.live !== undefined,
    help: values.help !== undefined,
  };
}

/** The values of each flag that is given; a switch has an empty one. */
function parseFlags(args: readonly string[]): Partial<Record<FlagName, readonly string[]>> {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(FLAGS).map(([name, flag]) => [name, { type: 'value' in flag ? 'string' : 'boolean' }]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values: Partial<Record<FlagName, readonly string[]>> = {};
  const problems: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') problems.push(`doctor takes no operand '${token.value}'`);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue: isInline } = token;
    if (!isFlag(name)) {
      problems.push(`unknown flag ${rawName}`);
      continue;
    }
    const flag: FlagRow = FLAGS[name];
    if (flag.value === undefined) {
      if (value === undefined) values[name] = [''];
      else problems.push(`${rawName} takes no value`);
    } else if (value === undefined || (value.startsWith('-') && !isInline)) {
      problems.push(`${rawName} needs a value: ${rawName} ${flag.value}`);
    } else values[name] = flag.isRepeatable ? [...(values[name] ?? []), value] : [value];
  }
  if (problems.length > 0) throw new UsageError([...problems, '--help lists the flags'].join('\n'));
  return values;
}

const isFlag = (name: string): name is FlagName => Object.hasOwn(FLAGS, name);

const one = (values: readonly string[] | undefined): string | undefined => values?.[0];

const text = <K extends string>(
  key: K,
  values: readonly string[] | undefined,
): { readonly [P in K]?: string } => {
  const [value] = values ?? [];
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: string };
};

/** The list of flags in the usage. */
export const flagList = (): string =>
  Object.entries<FlagRow>(FLAGS)
    .map(([name, { value, help, isRepeatable }]) => {
      const head = `  --${name}${value === undefined ? '' : ` ${value}`}`;
      const meaning = `${help}${isRepeatable ? '; repeatable' : ''}`;
      return head.length < 27 ? `${head.padEnd(28)}${meaning}\n` : `${head}\n${' '.repeat(28)}${meaning}\n`;
    })
    .join('');
