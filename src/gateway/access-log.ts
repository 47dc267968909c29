import {
  type ConnectionFacts,
  type ContextVariables,
  contextVariables,
  type EventFacts,
} from './mapping/context-variables.js';
import { escapeLogValue, MISSING_LOG_VALUE } from './silent/traffic-choices.js';

/**
 * Access logs of stages: one line for each handshake, message, close, request to `@connections`, and request to an HTTP
 * API, in the format of the stage's `AccessLogSettings`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
 */
export class AccessLog {
  /** @param write receives the lines; by default they are written to standard output */
  constructor(private readonly write: (line: string) => void = (line) => void process.stdout.write(line)) {}

  /** @param format the stage's format; `undefined` when it has no access log */
  event(format: string | undefined, event: ConnectionFacts & EventFacts, outcome: Outcome): void {
    if (format === undefined) return;
    this.#line(format, { ...contextVariables(event), ...outcomeVariables(outcome) });
  }

  /** @param format that of the stage in the URL; `undefined` when it has no access log */
  connectionApi(format: string | undefined, call: ConnectionApiCall, outcome: Outcome): void {
    if (format === undefined) return;
    this.#line(format, { ...connectionApiVariables(call), ...outcomeVariables(outcome) });
  }

  /**
   * A request to an HTTP API.
   *
   * @param format that of its stage
   */
  request(format: string, variables: ContextVariables): void {
    this.#line(format, variables);
  }

  #line(format: string, variables: ContextVariables): void {
    this.write(`${accessLogLine(format, variables)}\n`);
  }
}

/** The result of an event. */
export interface Outcome {
  /** Status of the response; on an open connection that of the backend, or of the gateway's error. */
  readonly status: number;
  /** Duration of the integration call; absent when none was called. */
  readonly integrationLatencyMs?: number | undefined;
  /** Message of a gateway response. */
  readonly error?: string | undefined;
  /** Problem of a message that its route's model does not allow. */
  readonly validationError?: string | undefined;
}

/** A request to `@connections`. */
export interface ConnectionApiCall {
  readonly apiId: string;
  /** The stage in the URL; the connection may belong to another stage. */
  readonly stage: string;
  readonly domainName: string;
  readonly method: string;
  readonly connectionId: string;
  /** Milliseconds since 1970; unknown for a closed connection. */
  readonly connectedAt?: number | undefined;
  /** `x-amz-apigw-id` of the response. */
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly requestTime: number;
  /** The caller's address, not that of the WebSocket client. */
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  /** `identity.*` of a signed request. */
  readonly authorized?: ContextVariables | undefined;
}

/** The format on one line, with its `$context.NAME` replaced. */
export function accessLogLine(format: string, variables: ContextVariables): string {
  return format.replaceAll(/\s*[\r\n]+\s*/g, ' ').replaceAll(VARIABLE, (_, name: string) => {
    // AWS documents this one with its quotes
    if (name === 'error.messageString')
      return JSON.stringify(variables['error.message'] ?? MISSING_LOG_VALUE);
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value ? escapeLogValue(value) : MISSING_LOG_VALUE;
  });
}

/** A dot at the end belongs to the text. */
const VARIABLE = /\$context\.(\w+(?:\.\w+)*)/g;

function outcomeVariables({
  status,
  integrationLatencyMs,
  error,
  validationError,
}: Outcome): ContextVariables {
  return {
    status: String(status),
    // AWS was seen to fill this variable and to leave integration.* empty
    integrationLatency:
      integrationLatencyMs === undefined ? undefined : String(Math.round(integrationLatencyMs)),
    'error.message': error,
    'error.validationErrorString': validationError,
  };
}

/** Event type and route key are as recorded. */
function connectionApiVariables({
  method,
  connectedAt,
  authorized = {},
  ...call
}: ConnectionApiCall): ContextVariables {
  const routeKey = `${method} /@connections/{connectionId}`;
  const facts = { ...call, routeKey, connectedAt: connectedAt ?? 0, authorized, gatewayIp: '' };
  return {
    ...contextVariables({ ...facts, eventType: 'MESSAGE' }),
    eventType: 'CONNECTION_API',
    connectedAt: connectedAt?.toString(),
    messageDirection: undefined,
  };
}
