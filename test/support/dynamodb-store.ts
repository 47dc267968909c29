import { type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ConnectionId } from '../../src/api/integration.js';
import { DynamoDbStore } from '../../src/nest/store/dynamodb.store.js';
import { LocalDynamoDb, REGION } from './dynamodb.js';

/** For how long the connections stay. */
const HOUR_MS = 3_600_000;

/** What is answered where the SDK may try again. */
export const throttled = () =>
  answer('com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException');
/** What is answered where it does not. */
export const denied = () => answer('com.amazon.coral.service#AccessDeniedException');

const answer = (__type: string) => ({ status: 400, body: { __type, message: 'as the test has planned it' } });

/** A store whose DynamoDB does what the test says. */
export interface OpenedDynamoDb extends AsyncDisposable {
  readonly store: DynamoDbStore;
  readonly dynamoDb: LocalDynamoDb;
  readonly client: DynamoDBClient;
  readonly options: ReturnType<typeof at> & { readonly table: string };
  /** As another task has it. */
  beside(): Promise<DynamoDbStore>;
  connect(connectionId: ConnectionId): Promise<void>;
}

export async function openDynamoDb(
  settings: { readonly timeoutMs?: number; readonly now?: () => number } = {},
): Promise<OpenedDynamoDb> {
  const dynamoDb = await LocalDynamoDb.start();
  const options = { ...at(dynamoDb), table: await dynamoDb.createTable(), ...settings };
  const client = dynamoDb.client();
  const stores = [await DynamoDbStore.connect(options)];
  dynamoDb.operations.length = 0;
  return {
    store: stores[0]!,
    dynamoDb,
    client,
    options,
    async beside() {
      const store = await DynamoDbStore.connect(options);
      stores.push(store);
      return store;
    },
    connect: (connectionId) =>
      stores[0]!.putConnection({ connectionId, connectedAt: Date.now(), expiresAt: Date.now() + HOUR_MS }),
    async [Symbol.asyncDispose]() {
      client.destroy();
      await Promise.all(stores.map((store) => store.close()));
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
