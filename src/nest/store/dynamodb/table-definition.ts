import {
  type CreateTableCommandInput,
  type DynamoDBClient,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type TableDescription,
  type TimeToLiveDescription,
} from '@aws-sdk/client-dynamodb';
import { ConfigError } from '../../config/config.errors.js';

/** The only table, as input of `CreateTable`. Switching on its TTL is a separate operation. */
export const tableDefinition = {
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
} as const satisfies Omit<CreateTableCommandInput, 'TableName'>;

/** The attribute with the time, in seconds since 1970, after which DynamoDB may delete a row. */
const TTL_ATTRIBUTE = 'ttl';

/**
 * Checks that the table exists and has the right keys and TTL.
 *
 * @param isStandIn whether the endpoint is not AWS's; then TTL is not checked
 * @returns its `TableId`; undefined if a stand-in has none
 * @throws {ConfigError} it does not
 * @throws the error of the client if DynamoDB cannot be reached
 */
export async function checkTable(
  client: DynamoDBClient,
  table: string,
  isStandIn: boolean,
): Promise<string | undefined> {
  const description = await client
    .send(new DescribeTableCommand({ TableName: table }))
    .catch((error: Error) => {
      if (error.name === 'ResourceNotFoundException') return { Table: undefined };
      if (error.name === 'AccessDeniedException') {
        throw new ConfigError(
          [`DYNAMODB_TABLE=${table}: allow dynamodb:DescribeTable on it (${error.message})`],
          {
            cause: error,
          },
        );
      }
      throw error;
    });
  const problem = description.Table
    ? problemOf(description.Table, isStandIn ? undefined : await timeToLive(client, table))
    : 'this table does not exist in this account and region; deploy it, or create it as docs/operating.md describes';
  if (problem !== undefined) throw new ConfigError([`DYNAMODB_TABLE=${table}: ${problem}`]);
  return description.Table?.TableId;
}

/** @returns undefined if the service lacks the permission */
async function timeToLive(client: DynamoDBClient, table: string): Promise<TimeToLiveDescription | undefined> {
  return client.send(new DescribeTimeToLiveCommand({ TableName: table })).then(
    ({ TimeToLiveDescription }) => TimeToLiveDescription,
    (error: Error) => {
      if (error.name === 'AccessDeniedException') return undefined;
      throw error;
    },
  );
}

/** What is wrong with an existing table, and how to fix it; undefined if nothing is. */
export function problemOf(
  { KeySchema = [], AttributeDefinitions = [], TableStatus }: TableDescription,
  ttl: TimeToLiveDescription | undefined,
): string | undefined {
  if (TableStatus === 'DELETING') return 'the table is being deleted';
  const typeOf = (name: string | undefined) =>
    AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
  const keys = KeySchema.map(
    ({ AttributeName, KeyType }) => `${AttributeName} ${typeOf(AttributeName)} ${KeyType}`,
  );
  if (keys.toSorted().join() !== 'pk S HASH,sk S RANGE') {
    return `expected the partition key pk and the sort key sk, both strings, but the table has ${keys.join(', ')}: it belongs to another application`;
  }
  if (ttl === undefined) return undefined;
  const isOn = ttl.TimeToLiveStatus === 'ENABLED' || ttl.TimeToLiveStatus === 'ENABLING';
  if (isOn && ttl.AttributeName === TTL_ATTRIBUTE) return undefined;
  return `expected TTL on the attribute ${TTL_ATTRIBUTE}, because old rows are not deleted otherwise: aws dynamodb update-time-to-live --time-to-live-specification Enabled=true,AttributeName=${TTL_ATTRIBUTE}`;
}
