import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { type ControlPlane } from '../control/control-plane.js';
import { FaultSettings } from '../faults.js';
import { sendJson } from '../http-body.js';
import { LIMITS } from '../limits.js';
import { type Recorder } from '../recorder/recorder.js';
import { UsageError } from '../usage-error.js';
import { AdminProblem, checked } from './admin-problem.js';
import { advanceMs, ClockAdvance } from './clock-advance.js';
import { type Commands } from './commands.js';
import { describeApis } from './described-apis.js';
import { readAfter, readEventQuery, readSessionQuery } from './event-query.js';
import { ExplainQuery, type ExplainResult } from './explain-query.js';
import { EventReaders } from './event-readers.js';
import { sendInspectorFile } from './inspector-page.js';
import { OPENAPI_DOCUMENT } from './openapi/openapi-document.js';
import { PostedMessage } from './posted-message.js';
import { type EventReplay } from './replay/event-replay.js';
import { ReplayCommand } from './replay/replay-command.js';
import { readReset } from './reset-body.js';
import { sendSession } from './session-export.js';

/**
 * The gateway's own API below `/_gateway/`: health, clock, faults, connections, APIs, records and reset, and the
 * inspector's page. Bodies are JSON; errors are problems (RFC 9457). `GET /_gateway/openapi.json` describes it.
 */
export class AdminApi {
  /** Different for each start: a deployer sees that the APIs, which are in memory, are lost. */
  readonly #startId = randomUUID();
  readonly #readers: EventReaders;
  /** Responses with events that are not yet sent. */
  readonly #reading = new Set<ServerResponse>();
  /** By path; the last segment may be a parameter. */
  readonly #resources: Readonly<Record<string, Resource>> = {
    '/_gateway/health': {
      GET: () => ({
        status: 'ok',
        startId: this.#startId,
        recordsFromStart: this.recorder.isOnFromStart,
      }),
    },
    '/_gateway/clock': {
      GET: () => ({ now: this.commands.now() }),
      POST: ({ json }) => ({ now: this.commands.advance(advanceMs(checked(ClockAdvance, json()))) }),
    },
    '/_gateway/faults': {
      GET: () => this.commands.faults,
      PUT: ({ json }) => this.commands.setFaults(checked(FaultSettings, json()), 'PUT /_gateway/faults'),
      DELETE: () => this.commands.setFaults('none', 'DELETE /_gateway/faults'),
    },
    '/_gateway/connections': {
      GET: () => {
        const items = this.commands.connections();
        return { count: items.length, items };
      },
    },
    '/_gateway/connections/{connectionId}': {
      POST: ({ parameter, json }) => this.#post(parameter, checked(PostedMessage, json()).message),
      DELETE: ({ parameter }) => this.#closeConnection(parameter),
    },
    '/_gateway/apis': {
      GET: () => ({ items: describeApis(this.apis.control, this.apis.defaultApi) }),
    },
    '/_gateway/findings': { GET: () => ({ items: this.apis.findings() }) },
    '/_gateway/explain': {
      POST: ({ json }) => this.#explain(checked(ExplainQuery, json())),
    },
    '/_gateway/events': {
      GET: async (call) => this.#events(call),
      DELETE: () => {
        this.recorder.clear();
        return { after: this.recorder.lastId };
      },
    },
    '/_gateway/session': {
      GET: async ({ url, response }) => {
        const query = readSessionQuery(url.searchParams);
        this.#requireRecording();
        await sendSession(response, this.recorder, query, {
          apis: this.commands.apis(),
          now: this.commands.now(),
        });
      },
    },
    '/_gateway/replay': {
      POST: async ({ json }) => this.replay.replay(checked(ReplayCommand, json())),
    },
    '/_gateway/reset': {
      POST: async ({ body, json }) => {
        await this.commands.reset(readReset(body.length === 0 ? {} : json()));
        return { now: this.commands.now() };
      },
    },
    '/_gateway/openapi.json': { GET: () => OPENAPI_DOCUMENT },
  };

  constructor(
    private readonly commands: Commands,
    private readonly recorder: Recorder,
    private readonly apis: AdministeredApis,
    private readonly replay: EventReplay,
  ) {
    this.#readers = new EventReaders(recorder);
  }

  /** The methods of each path, as in the OpenAPI document. */
  get operations(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(
      Object.entries(this.#resources).map(([path, resource]) => [path, Object.keys(resource)]),
    );
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL, body: Buffer): Promise<void> {
    try {
      if (request.method === 'GET' && (await sendInspectorFile(url.pathname, response))) return;
      const { resource, path, parameter } = this.#find(url.pathname);
      const methods = Object.keys(resource);
      const method = methods.find((each) => each === request.method) as Method | undefined;
      if (method === undefined) {
        response.setHeader('Allow', methods);
        throw new AdminProblem('method_not_allowed', `${path} takes ${methods.join(', ')}`);
      }
      const json = () => parseJson(body);
      const result = await resource[method]?.({ request, response, url, parameter, body, json });
      if (result !== undefined) sendJson(response, 200, result);
    } catch (error) {
      if (!(error instanceof AdminProblem)) throw error;
      sendJson(response, error.status, error.body, 'application/problem+json');
    }
  }

  /** The gateway stops: ends the requests that wait for events, and waits until their responses are sent. */
  async endReaders(): Promise<void> {
    const sent = [...this.#reading].map(async (response) => once(response, 'close'));
    this.#readers.end();
    await Promise.race([Promise.all(sent), setTimeout(LIMITS.stopSocketsMs, undefined, { ref: false })]);
  }

  #find(pathname: string): { resource: Resource; path: string; parameter: string } {
    const [, parent = '', last = ''] = pathname.match(/^(.*)\/([^/]+)$/) ?? [];
    for (const [path, resource] of Object.entries(this.#resources)) {
      if (path === pathname) return { resource, path, parameter: '' };
      if (path.startsWith(`${parent}/{`)) return { resource, path, parameter: decoded(last) };
    }
    const paths = Object.keys(this.#resources).join(', ');
    throw new AdminProblem('not_found', `${pathname} does not exist; the resources are ${paths}`);
  }

  #closeConnection(connectionId: string): unknown {
    return this.commands.closeConnection(connectionId) ?? notOpen(connectionId);
  }

  #explain(query: ExplainQuery): ExplainResult {
    try {
      return this.apis.explain(query);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      // the command line has flags where the body has members
      throw new AdminProblem('bad_request', error.message.replaceAll(/--(?=[a-z])/g, ''), { cause: error });
    }
  }

  #post(connectionId: string, message: string): unknown {
    const posted = this.commands.post(connectionId, message);
    if (posted === 'gone') return notOpen(connectionId);
    if (posted !== 'buffer full') return posted;
    throw new AdminProblem('buffer_full', 'the client does not read, and its buffer is full');
  }

  /** Recording begins with the first reader. */
  #requireRecording(): void {
    if (this.recorder.turnOn()) return;
    throw new AdminProblem('recording_off', 'the gateway was started with --record off');
  }

  /** @returns `undefined` for server-sent events */
  async #events({ request, response, url }: Call): Promise<unknown> {
    const query = readEventQuery(url.searchParams);
    this.#requireRecording();
    this.#reading.add(response);
    response.once('close', () => this.#reading.delete(response));
    if (request.headers.accept?.includes('text/event-stream') === true) {
      const lastEventId = request.headers['last-event-id'];
      const after = typeof lastEventId === 'string' ? readAfter(lastEventId) : query.after;
      this.#readers.stream({ ...query, after }, response);
      return undefined;
    }
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    return this.#readers.page(query, gone.signal);
  }
}

/** The APIs that the gateway serves. */
export interface AdministeredApis {
  readonly control: ControlPlane;
  /** The API that a request addresses when it names none. */
  readonly defaultApi: string | undefined;
  /** @throws {UsageError} no such API, stage or route */
  readonly explain: (query: ExplainQuery) => ExplainResult;
  /** What `lint` finds in the templates. */
  readonly findings: () => readonly object[];
}

/** Whether the path belongs to the gateway's own API. */
export const isAdminPath = (pathname: string) => pathname.startsWith('/_gateway/');

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
type Resource = Partial<Record<Method, (call: Call) => unknown>>;

/** One request to a resource. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** The last segment of the path, if the resource has a parameter there. */
  readonly parameter: string;
  readonly body: Buffer;
  /** @throws {AdminProblem} the body is not JSON */
  readonly json: () => unknown;
}

function notOpen(connectionId: string): never {
  throw new AdminProblem('not_found', `there is no open connection '${connectionId}'`);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new AdminProblem('bad_request', 'the body must be JSON', { cause });
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new AdminProblem('not_found', `'${segment}' is not valid percent-encoding`, { cause });
  }
}
