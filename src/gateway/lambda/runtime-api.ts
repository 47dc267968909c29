import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { LIMITS } from '../limits.js';
import { type Invocation } from './function-messages.js';
import { failedResponse, type FunctionResponse, tooLarge } from './function-response.js';

/** What a function's process tells by the runtime API. */
export interface RuntimeEvents {
  /** It asks for an invocation: the first time it has loaded. */
  readonly ready: () => void;
  readonly failedToLoad: (failure: FunctionResponse) => void;
  readonly responded: (response: FunctionResponse) => void;
}

/**
 * Lambda's runtime API for one process, on a port of loopback.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  readonly #server: Server;
  #invocation: Invocation | undefined;
  #waiting: ServerResponse | undefined;

  private constructor(private readonly events: RuntimeEvents) {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    // a process waits for its next invocation as long as there is none
    this.#server.requestTimeout = 0;
    this.#server.timeout = 0;
  }

  static async listen(events: RuntimeEvents): Promise<RuntimeApi> {
    const api = new RuntimeApi(events);
    await new Promise<void>((resolve, reject) => {
      api.#server.once('error', reject);
      api.#server.listen(0, '127.0.0.1', resolve);
    });
    return api;
  }

  /** The value of `AWS_LAMBDA_RUNTIME_API`. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Hands an invocation to the process, at once or when it asks. */
  hand(invocation: Invocation): void {
    this.#invocation = invocation;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) sendInvocation(waiting, invocation);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?')[0] ?? '';
    const [, id, result] = path.match(/^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/) ?? [];
    if (request.method === 'GET' && path === '/2018-06-01/runtime/invocation/next') {
      this.#next(response);
    } else if (request.method === 'POST' && path === '/2018-06-01/runtime/init/error') {
      const payload = await bodyOf(request);
      await accept(response);
      this.events.failedToLoad(failure(payload, request));
    } else if (request.method === 'POST' && id !== undefined) {
      await this.#result(request, response, id, result === 'error');
    } else {
      refuse(response, 404, 'ResourceNotFound', `the runtime API has no ${request.method} ${path}`);
    }
  }

  #next(response: ServerResponse): void {
    const invocation = this.#invocation;
    // the process has lost the invocation that it was sent, and asks again
    if (invocation === undefined || this.#waiting !== undefined) {
      this.#waiting?.destroy();
      this.#waiting = response;
      this.events.ready();
    } else sendInvocation(response, invocation);
  }

  async #result(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
    isError: boolean,
  ): Promise<void> {
    const payload = await bodyOf(request);
    if (id !== this.#invocation?.requestId) {
      refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
      return;
    }
    this.#invocation = undefined;
    if (payload === undefined) {
      const message = `Exceeded maximum allowed payload size (${LIMITS.functionResponseBytes} bytes).`;
      refuse(response, 413, 'RequestEntityTooLarge', message);
      this.events.responded(tooLarge());
      return;
    }
    await accept(response);
    this.events.responded(isError ? failure(payload, request) : readResult(payload));
  }
}

function sendInvocation(
  response: ServerResponse,
  { requestId, invokedFunctionArn, payload, deadline }: Invocation,
) {
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Aws-Request-Id': requestId,
    'Lambda-Runtime-Deadline-Ms': String(deadline),
    'Lambda-Runtime-Invoked-Function-Arn': invokedFunctionArn,
  });
  response.end(payload);
}

const sendJson = (response: ServerResponse, status: number, body: object) =>
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));

/** @returns once it is sent: what happens next may end the process, and with it the connection */
async function accept(response: ServerResponse): Promise<void> {
  const done = new Promise((resolve) => {
    response.once('finish', resolve).once('close', resolve);
  });
  sendJson(response, 202, { status: 'OK' });
  await done;
}

const refuse = (response: ServerResponse, status: number, errorType: string, errorMessage: string) =>
  sendJson(response, status, { errorType, errorMessage });

/** @returns `undefined` if it is larger than a response may be */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= LIMITS.functionResponseBytes) chunks.push(chunk);
  }
  return bytes > LIMITS.functionResponseBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}

function readResult(payload: string): FunctionResponse {
  try {
    JSON.parse(payload === '' ? 'null' : payload);
  } catch {
    return failedResponse(
      'Runtime.InvalidResponse',
      `the function's response is not JSON: ${payload.slice(0, 200)}`,
    );
  }
  return { payload: payload === '' ? 'null' : payload };
}

/** The error as the process describes it; a runtime may send no body. */
function failure(payload: string | undefined, request: IncomingMessage): FunctionResponse {
  const type = String(request.headers['lambda-runtime-function-error-type'] ?? 'Runtime.Unknown');
  try {
    const json: unknown = JSON.parse(payload ?? '');
    if (typeof json === 'object' && json !== null) {
      return { payload: JSON.stringify({ errorType: type, ...json }), functionError: 'Unhandled' };
    }
  } catch {
    // not JSON
  }
  return failedResponse(type, payload ?? '');
}
