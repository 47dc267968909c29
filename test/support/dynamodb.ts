import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DynamoDBClient,
  paginateScan,
  waitUntilTableExists,
  waitUntilTableNotExists,
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
  readonly deleteTableMs: number;
}) => Server;

/** A response in place of DynamoDB's own; undefined leaves the request without a response. */
export type Answer = { readonly status: number; readonly body: unknown } | undefined;

export type Row = Record<string, AttributeValue>;

/** The part of a request that a planned response may depend on. */
interface BatchRequest {
  readonly RequestItems?: unknown;
}

interface Planned {
  readonly operation: string;
  /** This number of requests for the operation pass first. */
  passing: number;
  readonly treat: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A DynamoDB in this process, which speaks the wire protocol and fails where a test plans it. */
export class LocalDynamoDb implements AsyncDisposable {
  /** The requested operations, in the order of their requests. */
  readonly operations: string[] = [];
  /** Its time, as its responses have it, minus that of this process; undefined: they have none. */
  aheadMs: number | undefined = 0;
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
    [this.#handle] = dynalite({ createTableMs: 0, deleteTableMs: 0 }).listeners('request') as [
      RequestListener,
    ];
    this.#front = createServer((request, response) => {
      const operation = operationOf(request);
      this.operations.push(operation);
      if (this.aheadMs === undefined) response.sendDate = false;
      else response.setHeader('Date', new Date(new Date().getTime() + this.aheadMs).toUTCString());
      const planned = this.#planned.find((plan) => plan.operation === operation);
      if (!planned || planned.passing > 0) {
        if (planned) planned.passing -= 1;
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

  /** Responds to the next request for an operation in place of DynamoDB. @param passing lets this number pass first */
  answerNext(operation: string, answer: (request: BatchRequest) => Answer, passing = 0): void {
    this.#planned.push({
      operation,
      passing,
      treat: (request, response) => void reply(request, response, answer),
    });
  }

  /**
   * Executes the next request for an operation, and drops its response.
   *
   * @param passing lets this number pass first
   * @returns once it was executed
   */
  loseNextAnswer(operation: string, passing = 0): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const treat = (request: IncomingMessage, response: ServerResponse) => {
      response.end = () => {
        resolve();
        return response.destroy();
      };
      this.#handle(request, response);
    };
    this.#planned.push({ operation, passing, treat });
    return promise;
  }

  /** Holds the next request for an operation until it is released. @returns once it has arrived */
  holdNext(operation: string, passing = 0): Promise<{ readonly release: () => void }> {
    const { promise, resolve } = Promise.withResolvers<{ readonly release: () => void }>();
    this.#planned.push({
      operation,
      passing,
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
    TableName = `table-${randomUUID()}`,
  ): Promise<string> {
    const client = this.client();
    await client.send(new CreateTableCommand({ ...definition, TableName }));
    await waitUntilTableExists({ client, maxWaitTime: 5, minDelay: 0.01, maxDelay: 0.1 }, { TableName });
    client.destroy();
    this.operations.length = 0;
    return TableName;
  }

  async deleteTable(TableName: string): Promise<void> {
    const client = this.client();
    await client.send(new DeleteTableCommand({ TableName }));
    await waitUntilTableNotExists({ client, maxWaitTime: 5, minDelay: 0.01, maxDelay: 0.1 }, { TableName });
    client.destroy();
  }

  /** @returns the name of another table with these rows, as a restored backup is */
  async restore(rows: readonly Row[], name?: string): Promise<string> {
    const table = await this.createTable(tableDefinition, name);
    const client = this.client();
    for (let from = 0; from < rows.length; from += BATCH_WRITES) {
      const requests = rows.slice(from, from + BATCH_WRITES).map((Item) => ({ PutRequest: { Item } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    }
    client.destroy();
    return table;
  }

  async rows(table: string): Promise<readonly Row[]> {
    const client = this.client();
    const pages = await Array.fromAsync(paginateScan({ client }, { TableName: table, ConsistentRead: true }));
    client.destroy();
    return pages.flatMap(({ Items = [] }) => Items);
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

/** The largest number of rows in one `BatchWriteItem`. */
const BATCH_WRITES = 25;
