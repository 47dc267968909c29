import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type ReturnValue,
  ScanCommand,
  UpdateItemCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { type StoreClock } from '../store-clock.js';
import { StoreUnavailableError } from '../store.errors.js';
import { type Item, S } from './attributes.js';
import { pause } from './pause.js';
import { type TableOptions, TableRequests } from './table-requests.js';

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

type Values = Readonly<Record<string, AttributeValue>>;

/** `#name` in an expression stands for the attribute of that name, unless `names` gives another one. */
interface Expressions {
  readonly condition?: string;
  readonly values?: Values;
  readonly names?: Readonly<Record<string, string>>;
}

export interface Query {
  readonly pk: string;
  /** A condition on `#sk`. */
  readonly range?: string;
  readonly values?: Values;
  readonly filter?: string;
  /** Attributes to read, as `#name`; by default all. */
  readonly only?: string;
  /** Rows per page; by default as many as 1 MB holds. */
  readonly limit?: number;
  /** Eventually consistent reads, at half the price. */
  readonly isStale?: boolean;
}

/**
 * The table in DynamoDB. Reads are strongly consistent and follow the pages. The SDK retries requests that are
 * throttled, fail, or get no response. So an earlier attempt may have made a write whose last attempt is refused: a
 * caller with a condition must be able to recognise its own write.
 *
 * Every method rejects with {@link StoreUnavailableError} if DynamoDB cannot be reached.
 */
export class Table {
  readonly #name: string;
  readonly #requests: TableRequests;

  /**
   * @throws {ConfigError} the table does not exist, or has another schema
   * @throws {StoreUnavailableError} DynamoDB cannot be reached
   */
  static async open(options: TableOptions): Promise<Table> {
    return new Table(options.table, await TableRequests.open(options));
  }

  private constructor(name: string, requests: TableRequests) {
    this.#name = name;
    this.#requests = requests;
  }

  /** DynamoDB gives each table another one. */
  get id(): string {
    return this.#requests.id;
  }

  /** DynamoDB's time. */
  get clock(): StoreClock {
    return this.#requests.clock;
  }

  async get(key: Key, isStale = false): Promise<Item | undefined> {
    const command = new GetItemCommand({ ...this.#table, Key: toKey(key), ConsistentRead: !isStale });
    const { Item: item } = await this.#requests.send((client, options) => client.send(command, options));
    return item;
  }

  /**
   * @param only attributes to read besides the key, as `#name`; by default all
   * @returns the rows in the order of the keys; undefined for a missing one
   */
  async getMany(keys: readonly Key[], only?: string): Promise<readonly (Item | undefined)[]> {
    const projection = only === undefined ? undefined : `${KEY}, ${only}`;
    const { ExpressionAttributeNames } = this.#expressions({}, projection ?? '');
    const found = new Map<string, Item>();
    for (let from = 0; from < keys.length; from += BATCH_READS) {
      let rest: Record<string, AttributeValue>[] = keys.slice(from, from + BATCH_READS).map(toKey);
      for (let attempts = 0; rest.length > 0; attempts += 1) {
        if (attempts > 0) await this.#pauseFor('reads', attempts);
        const command = new BatchGetItemCommand({
          RequestItems: {
            [this.#name]: {
              Keys: rest,
              ConsistentRead: true,
              ProjectionExpression: projection,
              ExpressionAttributeNames,
            },
          },
        });
        const output = await this.#requests.send((client, options) => client.send(command, options));
        for (const item of Object.values(output.Responses ?? {}).flat()) found.set(identity(item), item);
        rest = Object.values(output.UnprocessedKeys ?? {}).flatMap(({ Keys = [] }) => Keys);
      }
    }
    return keys.map((key) => found.get(identity(toKey(key))));
  }

  /** @returns false if the condition was not met */
  async put(item: Item, expressions: Expressions = {}): Promise<boolean> {
    const command = new PutItemCommand({ ...this.#table, Item: item, ...this.#expressions(expressions) });
    return (
      (await this.#requests.sendUnlessRefused((client, options) => client.send(command, options))) !==
      'refused'
    );
  }

  /** @returns the attributes selected by `returns`; `refused` if the condition was not met */
  async update(
    key: Key,
    update: string,
    { returns = 'NONE', ...expressions }: Expressions & { readonly returns?: ReturnValue } = {},
  ): Promise<Item | 'refused'> {
    const command = new UpdateItemCommand({
      ...this.#table,
      Key: toKey(key),
      UpdateExpression: update,
      ReturnValues: returns,
      ...this.#expressions(expressions, update),
    });
    const output = await this.#requests.sendUnlessRefused((client, options) => client.send(command, options));
    return output === 'refused' ? output : (output.Attributes ?? {});
  }

  /** @returns false if the condition was not met */
  async delete(key: Key, expressions: Expressions = {}): Promise<boolean> {
    const command = new DeleteItemCommand({
      ...this.#table,
      Key: toKey(key),
      ...this.#expressions(expressions),
    });
    return (
      (await this.#requests.sendUnlessRefused((client, options) => client.send(command, options))) !==
      'refused'
    );
  }

  putMany(items: readonly Item[]): Promise<void> {
    return this.#writeMany(items.map((item) => ({ PutRequest: { Item: item } })));
  }

  deleteMany(keys: readonly Key[]): Promise<void> {
    return this.#writeMany(keys.map((key) => ({ DeleteRequest: { Key: toKey(key) } })));
  }

  /** The rows of one partition in the order of their sort keys, in DynamoDB's pages: a page may be empty. */
  async *query({ only, limit, ...query }: Query): AsyncGenerator<readonly Item[], void> {
    for await (const { Items = [] } of this.#pages(query, only, {
      ...(only !== undefined && { ProjectionExpression: only }),
      Limit: limit,
    })) {
      yield Items;
    }
  }

  /** @param atMost reads no further page once the count has reached this */
  async count(query: Omit<Query, 'only' | 'limit'>, atMost?: number): Promise<number> {
    let count = 0;
    const pages = this.#pages(query, undefined, { Select: 'COUNT', Limit: atMost });
    for await (const { Count = 0 } of pages) {
      count += Count;
      if (atMost !== undefined && count >= atMost) break;
    }
    return count;
  }

  /** The keys of all rows of one of `segments` parts of the table, in DynamoDB's pages. */
  async *keys(segment: number, segments: number): AsyncGenerator<readonly Key[], void> {
    let start: Record<string, AttributeValue> | undefined;
    do {
      const command = new ScanCommand({
        ...this.#table,
        ...this.#expressions({}, KEY),
        ProjectionExpression: KEY,
        ConsistentRead: true,
        Segment: segment,
        TotalSegments: segments,
        ExclusiveStartKey: start,
      });
      const output = await this.#requests.send((client, options) => client.send(command, options));
      yield (output.Items ?? []).map((row) => ({ pk: row['pk']?.S ?? '', sk: row['sk']?.S ?? '' }));
      start = output.LastEvaluatedKey;
    } while (start !== undefined);
  }

  close(): void {
    this.#requests.close();
  }

  async *#pages(
    { pk, range, values, filter, isStale = false }: Query,
    only: string | undefined,
    input: Partial<QueryCommandInput>,
  ) {
    const keyCondition = range === undefined ? '#pk = :pk' : `#pk = :pk AND ${range}`;
    const { ConditionExpression: _, ...expressions } = this.#expressions(
      { values: { ...values, ':pk': S(pk) } },
      ...[keyCondition, filter, only].filter((expression) => expression !== undefined),
    );
    let start: Record<string, AttributeValue> | undefined;
    do {
      const command = new QueryCommand({
        ...this.#table,
        ...input,
        ...expressions,
        KeyConditionExpression: keyCondition,
        FilterExpression: filter,
        ConsistentRead: !isStale,
        ExclusiveStartKey: start,
      });
      const output = await this.#requests.send((client, options) => client.send(command, options));
      yield output;
      start = output.LastEvaluatedKey;
    } while (start !== undefined);
  }

  async #writeMany(requests: readonly WriteRequest[]): Promise<void> {
    for (let from = 0; from < requests.length; from += BATCH_WRITES) {
      let rest = requests.slice(from, from + BATCH_WRITES);
      for (let attempts = 0; rest.length > 0; attempts += 1) {
        if (attempts > 0) await this.#pauseFor('writes', attempts);
        const command = new BatchWriteItemCommand({ RequestItems: { [this.#name]: rest } });
        const { UnprocessedItems = {} } = await this.#requests.send((client, options) =>
          client.send(command, options),
        );
        rest = Object.values(UnprocessedItems).flat();
      }
    }
  }

  /** Pauses before the unprocessed rest of a batch is sent again. */
  async #pauseFor(operations: string, attempts: number): Promise<void> {
    if (attempts >= BATCH_ATTEMPTS) {
      throw new StoreUnavailableError(`The table ${this.#name} throttles ${operations}`);
    }
    // one step further than after a conflict, because throttling lasts longer
    await pause(attempts + 1);
  }

  get #table() {
    return { TableName: this.#name };
  }

  #expressions({ condition, values, names }: Expressions, ...others: readonly string[]) {
    const used = [condition ?? '', ...others].join(' ').matchAll(/#(\w+)/g);
    const attributes = [...used].map(([placeholder, name]) => [placeholder, names?.[placeholder] ?? name]);
    return {
      ConditionExpression: condition,
      ExpressionAttributeValues: values,
      ExpressionAttributeNames: attributes.length > 0 ? Object.fromEntries(attributes) : undefined,
    };
  }
}

/**
 * Limits of DynamoDB; read 2026-11-21 from …/amazondynamodb/latest/APIReference/API_BatchGetItem.html,
 * …_BatchWriteItem.html
 */
const BATCH_READS = 100;
const BATCH_WRITES = 25;
const BATCH_ATTEMPTS = 8;

const KEY = '#pk, #sk';

const toKey = ({ pk, sk }: Key) => ({ pk: S(pk), sk: S(sk) });

const identity = ({ pk, sk }: Readonly<Record<string, AttributeValue>>) => JSON.stringify([pk?.S, sk?.S]);
