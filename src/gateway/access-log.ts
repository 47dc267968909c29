import { type ConnectionFacts, contextVariables, type EventFacts } from './mapping/context-variables.js';

/**
 * A stage's access log: one line for each handshake, message, end of a connection, and call of `@connections`, in the
 * format that the stage's `AccessLogSettings` gives.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
 */
export class AccessLog {
  /** @param write what takes the lines; Node waits for what is under way to standard output before the process ends */
  constructor(private readonly write: (line: string) => void = (line) => void process.stdout.write(line)) {}

  /** @param format the stage's, if it has one */
  event(format: string | undefined, event: ConnectionFacts & EventFacts, outcome: Outcome): void {
    if (format === undefined) return;
    this.#line(format, { ...contextVariables(event), ...outcomeVariables(outcome) });
  }

  /** @param format that of the stage in the URL, if it has one */
  connectionApi(format: string | undefined, call: ConnectionApiCall, outcome: Outcome): void {
    if (format === undefined) return;
    this.#line(format, { ...connectionApiVariables(call), ...outcomeVariables(outcome) });
  }

  #line(format: string, variables: Variables): void {
    this.write(`${accessLogLine(format, variables)}\n`);
  }
}

/** What became of an event. */
export interface Outcome {
  /** What the client was answered; on an open connection what it would have been, 200 if all went well. */
  readonly status: number;
  /** How long the integration took, in milliseconds; not there when none was called. */
  readonly integrationLatencyMs?: number | undefined;
  /** The message of an answer that the gateway made up itself. */
  readonly error?: string | undefined;
  /** What of a message its route's model does not allow. */
  readonly validationError?: string | undefined;
}

/** A request to `@connections`. */
export interface ConnectionApiCall {
  readonly apiId: string;
  /** In the URL; the connection may be one of another stage. */
  readonly stage: string;
  readonly domainName: string;
  readonly method: string;
  readonly connectionId: string;
  /** Milliseconds since 1970; not known of a connection that is closed. */
  readonly connectedAt?: number | undefined;
  /** The answer's `x-amz-apigw-id`. */
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly requestTime: number;
  /** The caller's, not the client's. */
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  /** `identity.*` of a signed call. */
  readonly authorized?: Readonly<Record<string, string>> | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The format with its `$context.NAME` replaced, as one line; what the event does not have is `-`. Values are escaped as
 * in JSON: AWS does not say what becomes of a quote or a line break in one, but a client could write lines of its own.
 */
export function accessLogLine(format: string, variables: Variables): string {
  return format.replaceAll(/\s*[\r\n]+\s*/g, ' ').replaceAll(VARIABLE, (_, name: string) => {
    // the one that AWS documents with its quotes
    if (name === 'error.messageString') return JSON.stringify(variables['error.message'] ?? '-');
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    // an empty one would leave a gap in a line of columns
    return value ? JSON.stringify(value).slice(1, -1) : '-';
  });
}

/** A dot that nothing follows belongs to the text. */
const VARIABLE = /\$context\.(\w+(?:\.\w+)*)/g;

function outcomeVariables({ status, integrationLatencyMs, error, validationError }: Outcome): Variables {
  return {
    status: String(status),
    // AWS was seen to leave integration.* empty, and to fill this one
    integrationLatency:
      integrationLatencyMs === undefined ? undefined : String(Math.round(integrationLatencyMs)),
    'error.message': error,
    'error.validationErrorString': validationError,
  };
}

/** Event type and route key as recorded. */
function connectionApiVariables({
  method,
  connectedAt,
  authorized = {},
  ...call
}: ConnectionApiCall): Variables {
  const routeKey = `${method} /@connections/{connectionId}`;
  const facts = { ...call, routeKey, connectedAt: connectedAt ?? 0, authorized, gatewayIp: '' };
  return {
    ...contextVariables({ ...facts, eventType: 'MESSAGE' }),
    eventType: 'CONNECTION_API',
    connectedAt: connectedAt?.toString(),
    messageDirection: undefined,
  };
}
