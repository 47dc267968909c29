/** Where state is kept. */
export type StoreSettings =
  /** `STORE=embedded`, the default: SQLite in a file, for a service of one process. */
  | {
      readonly kind: 'embedded';
      /** `DATA_DIR`: absolute path of the folder, which is created if it is missing. */
      readonly dataDir: string;
    }
  /** `STORE=redis`: Redis or Valkey. */
  | {
      readonly kind: 'redis';
      /** `REDIS_URL`, required: `redis://`, or `rediss://` for TLS; user and password percent-encoded. */
      readonly url: string;
      /** `REDIS_CLUSTER`: whether the server uses cluster mode, as ElastiCache Serverless does. */
      readonly isCluster: boolean;
      /** `REDIS_PREFIX`: prefix of all keys. */
      readonly prefix: string;
      /** `STORE_TIMEOUT_MS`: time until the response to a command. */
      readonly timeoutMs: number;
    }
  /** `STORE=dynamodb`: one table in Amazon DynamoDB. */
  | {
      readonly kind: 'dynamodb';
      /** `DYNAMODB_TABLE`, required: the table's name. */
      readonly table: string;
      /** `DYNAMODB_ENDPOINT`: instead of the endpoint of the Region. */
      readonly endpoint: string | undefined;
      /** `STORE_TIMEOUT_MS`: time until the response to a request. */
      readonly timeoutMs: number;
    };
