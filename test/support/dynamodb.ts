import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { tableDefinition } from '../../src/nest/store/dynamodb/table-definition.js';

// the SDK needs credentials; this server accepts any
process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'test';

export const REGION = 'eu-central-1';

/** It is CommonJS, and has no types. */
const dynalite = createRequire(import.meta.url)('dynalite') as (options: {
  readonly createTableMs: number;
}) => Server;

/** A response in place of DynamoDB's own; undefined leaves the request without a response. */
export type Answer = { readonly status: number; readonly body: unknown } | undefined;

/** The part of a request that a planned response may depend on. */
interface BatchRequest {
  readonly RequestItems?: unknown;
}

interface Planned {
  readonly operation: string;
  readonly treat: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A DynamoDB in this process, which speaks the wire protocol and fails where a test plans it. */
export class LocalDynamoDb implements AsyncDisposable {
  /** The requested operations, in the order of their requests. */
  readonly operations: string[] = [];
  readonly #planned: Planned[] = [];
  readonly #handle: RequestListener;
  readonly #front: Server;
  #port = 0;

  static async start(): Promise<LocalDynamoDb> {
    const dynamoDb = new LocalDynamoDb();
    await dynamoDb.listen();
    return dynamoDb;
  }

  private constructor() {
    // it does not listen itself, so that its data outlives a closed port
    [this.#handle] = dynalite({ createTableMs: 0 }).listeners('request') as [RequestListener];
    this.#front = createServer((request, response) => {
      const operation = operationOf(request);
      this.operations.push(operation);
      const planned = this.#planned.find((plan) => plan.operation === operation);
      if (!planned) {
        this.#handle(request, response);
        return;
      }
      this.#planned.splice(this.#planned.indexOf(planned), 1);
      planned.treat(request, response);
    });
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens, on the same port as before. */
  async listen(): Promise<void> {
    await once(this.#front.listen(this.#port, '127.0.0.1'), 'listening');
    this.#port = (this.#front.address() as AddressInfo).port;
  }

  /** Refuses connections from now on, and keeps its data. */
  async close(): Promise<void> {
    if (!this.#front.listening) return;
    const closed = once(this.#front, 'close');
    this.#front.close();
    this.#front.closeAllConnections();
    await closed;
  }

  /** Responds to the next request for an operation in place of DynamoDB. */
  answerNext(operation: string, answer: (request: BatchRequest) => Answer): void {
    this.#planned.push({ operation, treat: (request, response) => void reply(request, response, answer) });
  }

  /** Executes the next request for an operation, and drops its response. @returns once it was executed */
  loseNextAnswer(operation: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const treat = (request: IncomingMessage, response: ServerResponse) => {
      response.end = () => {
        resolve();
        return response.destroy();
      };
      this.#handle(request, response);
    };
    this.#planned.push({ operation, treat });
    return promise;
  }

  /** Holds the next request for an operation until it is released. @returns once it has arrived */
  holdNext(operation: string): Promise<{ readonly release: () => void }> {
    const { promise, resolve } = Promise.withResolvers<{ readonly release: () => void }>();
    this.#planned.push({
      operation,
      treat: (request, response) => resolve({ release: () => this.#handle(request, response) }),
    });
    return promise;
  }

  client(): DynamoDBClient {
    return new DynamoDBClient({ endpoint: this.endpoint, region: REGION });
  }

  /** @returns its name */
  async createTable(
    definition: Omit<CreateTableCommandInput, 'TableName'> = tableDefinition,
  ): Promise<string> {
    const TableName = `table-${randomUUID()}`;
    const client = this.client();
    await client.send(new CreateTableCommand({ ...definition, TableName }));
    await waitUntilTableExists({ client, maxWaitTime: 5, minDelay: 0.01, maxDelay: 0.1 }, { TableName });
    client.destroy();
    this.operations.length = 0;
    return TableName;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: BatchRequest) => Answer,
): Promise<void> {
  const planned = answer(JSON.parse(await text(request)) as BatchRequest);
  if (!planned) return;
  response.writeHead(planned.status, { 'Content-Type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(planned.body));
}

function operationOf({ headers }: IncomingMessage): string {
  return String(headers['x-amz-target']).split('.')[1] ?? '';
}
