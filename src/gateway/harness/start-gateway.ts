import { setTimeout } from 'node:timers/promises';
import { checked } from '../admin/admin-problem.js';
import { FILTERS } from '../admin/event-query.js';
import { advanceMs, ClockAdvance } from '../admin/clock-advance.js';
import { readReset } from '../admin/reset-body.js';
import { suggestion } from '../cli/suggest.js';
import { unmatchedText } from '../cli/unmatched-text.js';
import { FaultSettings } from '../faults.js';
import { Gateway } from '../gateway.js';
import { EVENT_TYPES, type EventFilter, type GatewayEvent } from '../recorder/gateway-event.js';
import { gatewayOptions } from './gateway-options.js';
import { type EventPredicate, type RunningGateway, type WaitOptions } from './running-gateway.js';
import { stagePath } from './stage-path.js';
import { type StartGatewayOptions } from './start-options.js';
import { UsageError } from '../usage-error.js';

/**
 * Starts a gateway in this process, on a free port of loopback. It logs nothing and records what happens.
 *
 * @throws {Error} an option is wrong, a file cannot be read, AWS would refuse a resource of a template, or a template is
 *   given and a target, function, parameter or endpoint has a name that means nothing
 */
export async function startGateway(options: StartGatewayOptions = {}): Promise<RunningGateway> {
  const gateway = await Gateway.start(await gatewayOptions(options));
  await requireKnownNames(gateway);
  const { url: endpoint, commands, recorder, adminToken } = gateway;
  const waits = new Set<PromiseWithResolvers<GatewayEvent>>();
  let isClosed = false;
  const stop = async () => {
    try {
      await gateway.stop();
    } finally {
      // not before: the backend is still notified of each close, and may use the addresses
      isClosed = true;
      for (const { reject } of waits) reject(closedError());
    }
  };
  let closing: Promise<void> | undefined;
  const close = async () => {
    closing ??= stop();
    return closing;
  };
  const whileOpen = <T>(use: () => T): T => {
    if (isClosed) throw closedError();
    return use();
  };
  const webSocketApis = () => gateway.apis().filter(({ protocol }) => protocol === 'WEBSOCKET');
  const managementEndpoint = (stage?: string, api?: string) =>
    whileOpen(() => `${endpoint}${stagePath(webSocketApis(), { stage, api })}`);
  const after = (id: number, filter: EventFilter | EventPredicate = {}) =>
    typeof filter === 'function'
      ? [...recorder.after(id)].filter((event) => isWanted(filter(event)))
      : [...recorder.after(id, filter)];
  return {
    endpoint,
    adminToken: adminToken.kind === 'required' ? adminToken.token : undefined,
    url: (stage, api) => whileOpen(() => `${endpoint}${stagePath(gateway.apis(), { stage, api })}`),
    webSocketUrl: (stage, api) => managementEndpoint(stage, api).replace(/^http/, 'ws'),
    managementEndpoint,
    clock: {
      now: () => new Date(commands.now()),
      advance(duration) {
        const body = typeof duration === 'number' ? { advanceMs: duration } : { advance: duration };
        return whileOpen(() => new Date(commands.advance(advanceMs(checked(ClockAdvance, body)))));
      },
    },
    faults: {
      set: (settings) =>
        whileOpen(() => commands.setFaults(checked(FaultSettings, settings), 'gateway.faults.set')),
      clear: () => void whileOpen(() => commands.setFaults('none', 'gateway.faults.clear')),
    },
    connections: () => commands.connections(),
    events: (filter = {}) => after(0, checkedFilter(filter)),
    waitFor: async (filter, waitOptions = {}) => {
      const { timeout, after: id } = checkedWait(waitOptions);
      checkedFilter(filter);
      const found = Promise.withResolvers<GatewayEvent>();
      let seen = id;
      const look = () => {
        try {
          const [event] = after(seen, filter);
          seen = recorder.lastId;
          if (event !== undefined) found.resolve(event);
        } catch (error) {
          // the caller's function failed; the listener must not
          found.reject(error);
        }
      };
      const stopListening = recorder.listen(look);
      const cancel = new AbortController();
      waits.add(found);
      try {
        look();
        if (isClosed) found.reject(closedError());
        const timedOut = setTimeout(timeout, undefined, { signal: cancel.signal });
        timedOut.catch(() => undefined);
        const event = await Promise.race([found.promise, timedOut]);
        if (event === undefined) throw new Error(noEvent(filter, timeout, after(id)));
        return event;
      } finally {
        waits.delete(found);
        stopListening();
        cancel.abort();
      }
    },
    reset: async (body = {}) => whileOpen(async () => commands.reset(readReset(body))),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** @throws {UsageError} names every name in the options that means nothing; the gateway is stopped */
async function requireKnownNames(gateway: Gateway): Promise<void> {
  const unmatched = gateway.unmatchedNames();
  if (unmatched.length === 0) return;
  await gateway.stop();
  const lines = unmatched.map((each) => unmatchedText(each, `${each.setting}.${each.name}`));
  throw new UsageError(lines.join('\n'));
}

const closedError = () => new Error('the gateway is closed');

const DEFAULT_TIMEOUT_MS = 5_000;
/** What timers accept. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const SHOWN_EVENTS = 20;

function noEvent(
  filter: EventFilter | EventPredicate,
  timeout: number,
  events: readonly GatewayEvent[],
): string {
  const wanted = typeof filter === 'function' ? 'for the function' : JSON.stringify(filter);
  const shown = events
    .slice(-SHOWN_EVENTS)
    .map(({ id, type, connectionId = '', routeKey = '', outcome: { result, reason } }) =>
      ['\n ', id, type, routeKey, connectionId, result, ...(reason === undefined ? [] : [`(${reason})`])]
        .filter((part) => part !== '')
        .join(' '),
    );
  const others = shown.length === 0 ? 'there was none' : `there were${shown.join('')}`;
  return `no event ${wanted} within ${timeout} ms; ${others}`;
}

/** @throws {Error} names a member that no event can have, or is no filter */
function checkedFilter<T extends EventFilter | EventPredicate>(filter: T): T {
  if (typeof filter === 'function') return filter;
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) {
    throw new Error('the filter must be a function, or an object such as { type: "message" }');
  }
  const unknown = Object.keys(filter).find((name) => !FILTERS.some((known) => known === name));
  if (unknown !== undefined) {
    const hint = suggestion(unknown, FILTERS);
    throw new Error(`the filter has no member ${unknown}${hint}; its members are ${FILTERS.join(', ')}`);
  }
  const { type } = filter;
  if (type === undefined || EVENT_TYPES.includes(type)) return filter;
  throw new Error(`the filter's type is '${type}': it must be one of ${EVENT_TYPES.join(', ')}`);
}

/** @param result an async function would select every event */
function isWanted(result: unknown): boolean {
  if (result instanceof Promise) {
    // the error below replaces its own
    result.catch(() => undefined);
    throw new Error('the function of a filter must return a boolean, not a promise');
  }
  return Boolean(result);
}

function checkedWait({ timeout = DEFAULT_TIMEOUT_MS, after = 0 }: WaitOptions): Required<WaitOptions> {
  if (!(timeout >= 0 && timeout <= MAX_TIMEOUT_MS)) {
    throw new Error(`timeout is ${timeout}: it must be a number of milliseconds from 0 to ${MAX_TIMEOUT_MS}`);
  }
  if (!(after >= 0)) throw new Error(`after is ${after}: it must be the id of an event`);
  return { timeout, after };
}
