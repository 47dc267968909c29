import { EVENT_TYPES, type EventFilter, type EventType } from '../recorder/gateway-event.js';
import { AdminProblem } from './admin-problem.js';

/** The query string of `GET /_gateway/events`. */
export interface EventQuery {
  /** Only events with a greater id; `latest`: only those that follow. */
  readonly after: number | 'latest';
  readonly limit: number;
  /** How long to wait for the first event, in real time. */
  readonly waitMs: number;
  readonly filter: EventFilter;
}

export const EVENT_LIMIT = { default: 1_000, max: 10_000 };
export const MAX_WAIT_MS = 60_000;

export const FILTERS = ['type', 'connectionId', 'apiId', 'stage', 'routeKey', 'requestId'] as const;
const PARAMETERS = ['after', 'limit', 'wait', ...FILTERS];

/** @throws {AdminProblem} names the parameter, its value and what is expected */
export function readEventQuery(query: URLSearchParams): EventQuery {
  checkNames(query, PARAMETERS);
  return {
    after: readAfter(query.get('after') ?? '0'),
    limit: readLimit(query.get('limit') ?? String(EVENT_LIMIT.default)),
    waitMs: readWait(query.get('wait') ?? '0s'),
    filter: readFilter(query),
  };
}

/**
 * The query string of `GET /_gateway/session`: the events that are exported.
 *
 * @throws {AdminProblem} names the parameter, its value and what is expected
 */
export function readSessionQuery(query: URLSearchParams): Pick<EventQuery, 'after' | 'filter'> {
  checkNames(query, ['after', ...FILTERS]);
  return { after: readAfter(query.get('after') ?? '0'), filter: readFilter(query) };
}

/** @param text an id, such as that of `Last-Event-ID` */
export function readAfter(text: string): number | 'latest' {
  if (text === 'latest') return text;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw wrong(`after must be the id of an event, 0 or latest, not '${text}'`);
}

function checkNames(query: URLSearchParams, parameters: readonly string[]): void {
  for (const name of query.keys()) {
    if (!parameters.includes(name)) {
      throw wrong(`there is no parameter ${name}: the parameters are ${parameters.join(', ')}`);
    }
    if (query.getAll(name).length > 1) throw wrong(`the parameter ${name} is given twice`);
  }
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (/^\d{1,6}$/.test(text) && limit >= 1 && limit <= EVENT_LIMIT.max) return limit;
  throw wrong(`limit must be a whole number from 1 to ${EVENT_LIMIT.max}, not '${text}'`);
}

function readWait(text: string): number {
  const [, digits, unit] = text.match(/^(\d{1,5})(ms|s)$/) ?? [];
  const waitMs = Number(digits) * (unit === 's' ? 1_000 : 1);
  if (waitMs <= MAX_WAIT_MS) return waitMs;
  throw wrong(
    `wait must be a number with the unit ms or s, at most ${MAX_WAIT_MS / 1_000}s, such as 10s, not '${text}'`,
  );
}

function readFilter(query: URLSearchParams): EventFilter {
  const type = query.get('type');
  if (type !== null && !EVENT_TYPES.includes(type as EventType)) {
    throw wrong(`type must be one of ${EVENT_TYPES.join(', ')}, not '${type}'`);
  }
  return Object.fromEntries(FILTERS.flatMap((name) => (query.has(name) ? [[name, query.get(name)]] : [])));
}

const wrong = (detail: string) => new AdminProblem('bad_request', detail);
