import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Clock } from '../clock.js';
import { type ConnectionServer } from '../websocket/connections/connection-server.js';
import { type Faults, FaultSettings } from '../faults.js';
import { sendJson } from '../http-body.js';
import { advanceMs, ClockAdvance } from './clock-advance.js';
import { AdminProblem, checked } from './admin-problem.js';

/**
 * The gateway's own API below `/_gateway/`: health, clock, faults and open connections. Bodies are JSON; errors are
 * problems (RFC 9457).
 */
export class AdminApi {
  /** Different for each start: a deployer sees that the APIs, which are in memory, are lost. */
  readonly #startId = randomUUID();
  readonly #resources: Readonly<Record<string, Resource>> = {
    '/_gateway/health': { GET: () => ({ status: 'ok', startId: this.#startId }) },
    '/_gateway/clock': {
      GET: () => ({ now: isoTime(this.clock.now()) }),
      POST: (body) => ({ now: isoTime(this.clock.advance(advanceMs(checked(ClockAdvance, body)))) }),
    },
    '/_gateway/faults': {
      GET: () => this.faults.settings,
      PUT: (body) => {
        this.faults.set(checked(FaultSettings, body));
        return this.faults.settings;
      },
      DELETE: () => {
        this.faults.clear();
        return this.faults.settings;
      },
    },
    '/_gateway/connections': { GET: () => ({ items: this.#connections() }) },
  };

  constructor(
    private readonly clock: Clock,
    private readonly faults: Faults,
    private readonly connections: Pick<ConnectionServer, 'open'>,
  ) {}

  handle({ method }: IncomingMessage, response: ServerResponse, pathname: string, body: Buffer): void {
    try {
      const resource = Object.hasOwn(this.#resources, pathname) ? this.#resources[pathname] : undefined;
      if (resource === undefined) {
        const paths = Object.keys(this.#resources).join(', ');
        throw new AdminProblem('not_found', `${pathname} does not exist; the resources are ${paths}`);
      }
      const methods = Object.keys(resource);
      const operation = methods.find((each) => each === method) as Method | undefined;
      if (operation === undefined) {
        response.setHeader('Allow', methods);
        throw new AdminProblem('method_not_allowed', `${pathname} takes ${methods.join(', ')}`);
      }
      const takesBody = operation === 'POST' || operation === 'PUT';
      sendJson(response, 200, resource[operation]?.(takesBody ? parseJson(body) : undefined));
    } catch (error) {
      if (!(error instanceof AdminProblem)) throw error;
      sendJson(response, error.status, error.body, 'application/problem+json');
    }
  }

  #connections() {
    return [...this.connections.open()].map(({ facts, lastActiveAt }) => ({
      connectionId: facts.connectionId,
      apiId: facts.apiId,
      stage: facts.stage,
      connectedAt: isoTime(facts.connectedAt),
      lastActiveAt: isoTime(lastActiveAt),
    }));
  }
}

/** Whether the path belongs to the gateway's own API. */
export const isAdminPath = (pathname: string) => pathname.startsWith('/_gateway/');

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
type Resource = Partial<Record<Method, (body: unknown) => unknown>>;

const isoTime = (time: number) => new Date(time).toISOString();

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new AdminProblem('bad_request', 'the body must be JSON', { cause });
  }
}
