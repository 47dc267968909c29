import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { type Targets } from './steps/find-target.js';

/** What the command line and the environment say; a flag beats its variable. */
export interface Options {
  readonly host: string;
  readonly port: number;
  readonly region: string;
  readonly defaultApi: string | undefined;
  readonly targets: Targets;
  readonly logLevel: string;
}

export const USAGE = `Amazon API Gateway for WebSocket APIs, on your machine

  --port PORT          one port for WebSockets, @connections and the control plane (GATEWAY_PORT, 8080)
  --host HOST          address to listen on (GATEWAY_HOST, 127.0.0.1)
  --target NLB=HOST[:PORT]
                       where a VPC link's load balancer really listens, by its name or ARN; may be repeated.
                       Without one, the integration's URI says it
  --default-api ID     the API that is meant when neither Host nor path says so; not needed for a single API
  --region REGION      the Region in the names that are given out (AWS_REGION, us-east-1)
  --log-level LEVEL    fatal, error, warn, info, debug or trace (LOG_LEVEL, info)
  --help               this text
`;

/** One line for each thing that is wrong with the command line or the environment. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws {UsageError} naming every flag and variable that is wrong */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const problems: string[] = [];
  const port = values.port ?? (env.GATEWAY_PORT || '8080');
  if (!/^\d+$/.test(port) || Number(port) > 65_535) {
    problems.push(
      `--port (GATEWAY_PORT) is '${port}': it must be a number from 0 to 65535, where 0 takes any free port`,
    );
  }
  const logLevel = values['log-level'] ?? (env.LOG_LEVEL || 'info');
  if (!LOG_LEVELS.includes(logLevel)) {
    problems.push(`--log-level (LOG_LEVEL) is '${logLevel}': it must be one of ${LOG_LEVELS.join(', ')}`);
  }
  const targets = new Map<string, string>();
  for (const target of values.target ?? []) {
    const [, loadBalancer, address] = target.match(/^([^=]+)=((?:[\w.-]+|\[[\da-f:]+\])(?::\d+)?)$/i) ?? [];
    if (loadBalancer === undefined || address === undefined) {
      problems.push(
        `--target is '${target}': it must be NLB=HOST or NLB=HOST:PORT, where NLB is a load balancer's name or ARN`,
      );
    } else targets.set(loadBalancer, address);
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return {
    port: Number(port),
    host: values.host ?? (env.GATEWAY_HOST || '127.0.0.1'),
    region: values.region ?? (env.AWS_REGION || 'us-east-1'),
    defaultApi: values['default-api'],
    targets,
    logLevel,
  };
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];

const FLAGS = {
  port: { type: 'string' },
  host: { type: 'string' },
  target: { type: 'string', multiple: true },
  'default-api': { type: 'string' },
  region: { type: 'string' },
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
