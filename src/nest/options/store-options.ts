/** Where state is stored. */
export type StoreOptions = EmbeddedStoreOptions | RedisStoreOptions | DynamoDbStoreOptions;

/** SQLite in a file, for an application that runs as one process. */
export interface EmbeddedStoreOptions {
  readonly kind: 'embedded';
  /** A folder, which is created if it does not exist. Default `.data`. */
  readonly dataDir?: string | undefined;
}

/** Redis or Valkey. Needs the package `@redis/client`. */
export interface RedisStoreOptions {
  readonly kind: 'redis';
  /** `redis://` or, with TLS, `rediss://`; user and password percent-encoded. */
  readonly url: string;
  /** Whether the server runs in cluster mode, as ElastiCache Serverless does. Default `false`. */
  readonly cluster?: boolean | undefined;
  /** Prefix of all keys. Default `backchannel`. */
  readonly prefix?: string | undefined;
  /** Timeout of a request. Default 2000. */
  readonly timeoutMs?: number | undefined;
}

/** One table in Amazon DynamoDB. Needs the package `@aws-sdk/client-dynamodb`. */
export interface DynamoDbStoreOptions {
  readonly kind: 'dynamodb';
  /** The table's name; docs/operating.md has its keys. */
  readonly table: string;
  /** Instead of the endpoint of the Region. */
  readonly endpoint?: string | undefined;
  /** Timeout of a request. Default 2000. */
  readonly timeoutMs?: number | undefined;
}
