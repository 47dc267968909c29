import { setTimeout } from 'node:timers/promises';
import { checked } from '../admin/admin-problem.js';
import { advanceMs, ClockAdvance } from '../admin/clock-advance.js';
import { readReset } from '../admin/reset-body.js';
import { FaultSettings } from '../faults.js';
import { Gateway } from '../gateway.js';
import { type EventFilter, type GatewayEvent } from '../recorder/gateway-event.js';
import { gatewayOptions } from './gateway-options.js';
import { type EventPredicate, type RunningGateway, type WaitOptions } from './running-gateway.js';
import { stagePath } from './stage-path.js';
import { type StartGatewayOptions } from './start-options.js';

/**
 * Starts a gateway in this process, on a free port of loopback. It logs nothing and records what happens.
 *
 * @throws {Error} an option is wrong, a file cannot be read, or AWS would refuse a resource of a template
 */
export async function startGateway(options: StartGatewayOptions = {}): Promise<RunningGateway> {
  const gateway = await Gateway.start(await gatewayOptions(options));
  const { url: endpoint, commands, recorder, adminToken } = gateway;
  const url = (stage?: string, api?: string) => `${endpoint}${stagePath(gateway.apis(), stage, api)}`;
  let closed: Promise<void> | undefined;
  const close = async () => {
    closed ??= gateway.stop();
    return closed;
  };
  const after = (id: number, filter: EventFilter | EventPredicate = {}) =>
    typeof filter === 'function'
      ? [...recorder.after(id)].filter((event) => filter(event))
      : [...recorder.after(id, filter)];
  return {
    endpoint,
    adminToken: adminToken.kind === 'required' ? adminToken.token : undefined,
    url,
    webSocketUrl: (stage, api) => url(stage, api).replace(/^http/, 'ws'),
    managementEndpoint: url,
    clock: {
      now: () => new Date(commands.now()),
      advance(duration) {
        const body = typeof duration === 'number' ? { advanceMs: duration } : { advance: duration };
        return new Date(commands.advance(advanceMs(checked(ClockAdvance, body))));
      },
    },
    faults: {
      set: (settings) => commands.setFaults(checked(FaultSettings, settings)),
      clear: () => void commands.setFaults('none'),
    },
    connections: () => commands.connections(),
    events: (filter) => after(0, filter),
    waitFor: async (filter, { timeout = DEFAULT_TIMEOUT_MS, after: id = 0 }: WaitOptions = {}) => {
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
      try {
        look();
        const timedOut = setTimeout(timeout, undefined, { signal: cancel.signal });
        timedOut.catch(() => undefined);
        const event = await Promise.race([found.promise, timedOut]);
        if (event === undefined) throw new Error(noEvent(filter, timeout, after(id)));
        return event;
      } finally {
        stopListening();
        cancel.abort();
      }
    },
    reset: async (options = {}) => commands.reset(readReset(options)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const DEFAULT_TIMEOUT_MS = 5_000;
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
