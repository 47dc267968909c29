import { type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ConnectionId } from '../../src/api/integration.js';
import { DynamoDbStore } from '../../src/nest/store/dynamodb.store.js';
import { type OpenedStore, type StoreSuiteOptions } from '../suites/store/store-under-test.js';
import { LocalDynamoDb, REGION } from './dynamodb.js';

const HOUR_MS = 3_600_000;

/** An error that the SDK may retry. */
export const throttled = () =>
  errorResponse('com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException');
/** An error that it does not retry. */
export const denied = () => errorResponse('com.amazon.coral.service#AccessDeniedException');

const errorResponse = (__type: string) => ({ status: 400, body: { __type, message: 'planned by the test' } });

/** A store whose DynamoDB responds as the test plans. */
export interface OpenedDynamoDb extends AsyncDisposable {
  readonly store: DynamoDbStore;
  readonly dynamoDb: LocalDynamoDb;
  readonly client: DynamoDBClient;
  readonly options: ReturnType<typeof at> & { readonly table: string };
  /** Opens the store on another table. */
  openOn(table: string): Promise<DynamoDbStore>;
  /** Opens the store as another task does. */
  beside(): Promise<DynamoDbStore>;
  connect(connectionId: ConnectionId): Promise<void>;
}

export async function openDynamoDb(
  settings: { readonly timeoutMs?: number; readonly now?: () => number } = {},
): Promise<OpenedDynamoDb> {
  const dynamoDb = await LocalDynamoDb.start();
  const options = { ...at(dynamoDb), table: await dynamoDb.createTable(), ...settings };
  const client = dynamoDb.client();
  const stores: DynamoDbStore[] = [];
  const openOn = async (table: string) => {
    const store = await DynamoDbStore.connect({ ...options, table });
    stores.push(store);
    return store;
  };
  const store = await openOn(options.table);
  dynamoDb.operations.length = 0;
  return {
    store,
    dynamoDb,
    client,
    options,
    openOn,
    beside: () => openOn(options.table),
    connect: (connectionId) =>
      store.connections.putConnection({
        connectionId,
        connectedAt: Date.now(),
        expiresAt: Date.now() + HOUR_MS,
      }),
    async [Symbol.asyncDispose]() {
      client.destroy();
      await Promise.all(stores.map((opened) => opened.close()));
      await dynamoDb.close();
    },
  };
}

/** Stores on one table, for a test of the suite. */
export async function openDynamoDbStores(options: StoreSuiteOptions): Promise<OpenedStore> {
  const dynamoDb = await LocalDynamoDb.start();
  let table = await dynamoDb.createTable();
  const stores: DynamoDbStore[] = [];
  const openBeside = async () => {
    const store = await DynamoDbStore.connect({ ...at(dynamoDb), table, ...options });
    stores.push(store);
    return store;
  };
  const store = await openBeside();
  return {
    store,
    openBeside,
    async reopen() {
      await store.close();
      return openBeside();
    },
    cutOff: () => dynamoDb.close(),
    async copy() {
      const rows = await dynamoDb.rows(table);
      return async () => {
        await Promise.all(stores.map((opened) => opened.close()));
        table = await dynamoDb.restore(rows);
        return openBeside();
      };
    },
    async countKept() {
      const fourHoursLater = (Date.now() + 4 * HOUR_MS) / 1000;
      return (await dynamoDb.rows(table)).filter(({ ttl }) => !(Number(ttl?.N) <= fourHoursLater)).length;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(stores.map((opened) => opened.close()));
      await dynamoDb.close();
    },
  };
}

export function at({ endpoint }: LocalDynamoDb) {
  return { endpoint, region: REGION, timeoutMs: 20_000 };
}

export async function list<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  return (await Array.fromAsync(pages)).flat();
}
