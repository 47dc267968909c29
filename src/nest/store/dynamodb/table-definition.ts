import {
  type CreateTableCommandInput,
  type DynamoDBClient,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type TableDescription,
  type TimeToLiveDescription,
} from '@aws-sdk/client-dynamodb';
import { ConfigError } from '../../../service/configuration/config.js';

/** The one table that everything is in, as `CreateTable` takes it. Its TTL is an operation of its own. */
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

/** Where a row says when it may be deleted, in seconds since 1970. */
export const TTL_ATTRIBUTE = 'ttl';

/**
 * Looks whether the table is there, and what it has to be.
 *
 * @param isStandIn whether it is not in AWS, where TTL may be missing
 * @throws {ConfigError} it is not
 * @throws what the client throws when DynamoDB cannot be reached
 */
export async function checkTable(client: DynamoDBClient, table: string, isStandIn: boolean): Promise<void> {
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
    : 'there is no such table in this account and region: deploy it, or create it as OPERATING.md says';
  if (problem !== undefined) throw new ConfigError([`DYNAMODB_TABLE=${table}: ${problem}`]);
}

/** @returns undefined where the service may not know it */
async function timeToLive(client: DynamoDBClient, table: string): Promise<TimeToLiveDescription | undefined> {
  return client.send(new DescribeTimeToLiveCommand({ TableName: table })).then(
    ({ TimeToLiveDescription }) => TimeToLiveDescription,
    (error: Error) => {
      if (error.name === 'AccessDeniedException') return undefined;
      throw error;
    },
  );
}

/** What is wrong with a table that is there, and what to do; undefined when nothing is. */
export function problemOf(
  { KeySchema = [], AttributeDefinitions = [], TableStatus }: TableDescription,
  ttl: TimeToLiveDescription | undefined,
): string | undefined {
  if (TableStatus === 'DELETING') return 'it is being deleted';
  const typeOf = (name: string | undefined) =>
    AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
  const keys = KeySchema.map(
    ({ AttributeName, KeyType }) => `${AttributeName} ${typeOf(AttributeName)} ${KeyType}`,
  );
  if (keys.toSorted().join() !== 'pk S HASH,sk S RANGE') {
    return `expected the partition key pk and the sort key sk, both strings, and it has ${keys.join(', ')}: it is the table of something else`;
  }
  if (ttl === undefined) return undefined;
  const isOn = ttl.TimeToLiveStatus === 'ENABLED' || ttl.TimeToLiveStatus === 'ENABLING';
  if (isOn && ttl.AttributeName === TTL_ATTRIBUTE) return undefined;
  return `expected TTL on the attribute ${TTL_ATTRIBUTE}, without which nothing old is ever deleted: aws dynamodb update-time-to-live --time-to-live-specification Enabled=true,AttributeName=${TTL_ATTRIBUTE}`;
}
