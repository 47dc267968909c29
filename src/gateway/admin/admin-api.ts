import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Clock } from '../clock.js';
import { type ConnectionServer } from '../websocket/connections/connection-server.js';
import { type Faults, FaultSettings } from '../faults.js';
import { ClockAdvance } from './clock-advance.js';
import { AdminProblem, checked } from './admin-problem.js';

/**
 * What only a stand-in has, below `/_gateway/`: whether it runs, its clock that can be moved, faults, and a look at the
 * open connections. JSON in and out; what is wrong with a request is told as a problem (RFC 9457).
 */
export class AdminApi {
  /** Another one for each start of the gateway, whose APIs are in memory: whoever deployed sees that it has to again. */
  readonly #startId = randomUUID();
  readonly #resources: Readonly<Record<string, Resource>> = {
    '/_gateway/health': { GET: () => ({ status: 'ok', startId: this.#startId }) },
    '/_gateway/clock': {
      GET: () => ({ now: isoTime(this.clock.now()) }),
      POST: (body) => ({ now: isoTime(this.clock.advance(checked(ClockAdvance, body))) }),
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
        throw new AdminProblem('not_found', `there is no ${pathname}: there are ${paths}`);
      }
      const methods = Object.keys(resource);
      const operation = methods.find((each) => each === method) as Method | undefined;
      if (operation === undefined) {
        response.setHeader('Allow', methods);
        throw new AdminProblem('method_not_allowed', `${pathname} takes ${methods.join(', ')}`);
      }
      const takesBody = operation === 'POST' || operation === 'PUT';
      send(response, 200, 'application/json', resource[operation]?.(takesBody ? parseJson(body) : undefined));
    } catch (error) {
      if (!(error instanceof AdminProblem)) throw error;
      send(response, error.status, 'application/problem+json', error.body);
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

/** Whether a plain request is for the gateway's own API. */
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

function send(response: ServerResponse, status: number, type: string, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }).end(text);
}
