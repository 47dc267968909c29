import { type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { credentialsHint } from '../../aws/aws-credentials.js';
import { ConfigError } from '../../config/config.errors.js';
import { type StoreClock } from '../store-clock.js';
import { StoreUnavailableError } from '../store.errors.js';
import { RequestSender, type RequestSenderOptions, type SendOptions } from './request-sender.js';
import { checkTable } from './table-definition.js';
import { NO_TABLE_ID } from './table-id.js';

export interface TableOptions extends RequestSenderOptions {
  readonly table: string;
}

type Request<T> = (client: DynamoDBClient, options: SendOptions) => Promise<T>;

/**
 * Sends requests to one table, whose id it knows. If the table is missing for a time, it may be another one afterwards:
 * a backup that was restored under the same name.
 */
export class TableRequests {
  readonly #options: TableOptions;
  readonly #sender: RequestSender;
  #id = '';
  #wasMissing = true;

  /**
   * @throws {ConfigError} the table does not exist, or has another schema
   * @throws {StoreUnavailableError} DynamoDB cannot be reached
   */
  static async open(options: TableOptions): Promise<TableRequests> {
    const sender = new RequestSender(options);
    const requests = new TableRequests(options, sender);
    try {
      await requests.#identify();
      return requests;
    } catch (error) {
      sender.close();
      throw error instanceof StoreUnavailableError ? cannotOpen(options, error) : error;
    }
  }

  private constructor(options: TableOptions, sender: RequestSender) {
    this.#options = options;
    this.#sender = sender;
  }

  /** DynamoDB gives each table another one. */
  get id(): string {
    return this.#id;
  }

  /** DynamoDB's time. */
  get clock(): StoreClock {
    return this.#sender.clock;
  }

  /** @throws {StoreUnavailableError} DynamoDB cannot be reached, or the table is missing, or is another one now */
  async send<T>(request: Request<T>): Promise<T> {
    const before = this.#id;
    try {
      if (this.#wasMissing) await this.#identify();
      // the request was made for the former table
      if (this.#id !== before)
        throw new StoreUnavailableError(`The table ${this.#options.table} is another one now`);
      return await this.#sender.send(request);
    } catch (error) {
      if (error instanceof ConfigError) throw new StoreUnavailableError(error.message, { cause: error });
      if (isMissing(error)) this.#wasMissing = true;
      throw error;
    }
  }

  /** @returns `refused` if the condition of the write was not met */
  async sendUnlessRefused<T>(request: Request<T>): Promise<T | 'refused'> {
    try {
      return await this.send(request);
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return 'refused';
      throw error;
    }
  }

  close(): void {
    this.#sender.close();
  }

  async #identify(): Promise<void> {
    const { table, endpoint } = this.#options;
    const id = await this.#sender.send((client) => checkTable(client, table, isStandIn(endpoint)));
    this.#id = id ?? NO_TABLE_ID;
    this.#wasMissing = false;
  }
}

function isMissing(error: unknown): boolean {
  const cause = error instanceof StoreUnavailableError ? error.cause : undefined;
  return cause instanceof Error && cause.name === 'ResourceNotFoundException';
}

/** Whether it is not AWS, which alone ends in `amazonaws.com`: an interface endpoint of a VPC does too. */
function isStandIn(endpoint: string | undefined): boolean {
  return endpoint !== undefined && !/\.amazonaws\.com(?:\.cn)?$/.test(new URL(endpoint).hostname);
}

/** In one line for the start: which table, where it is, why it cannot be opened, and what to check. */
function cannotOpen({ table, endpoint, region }: TableOptions, error: StoreUnavailableError) {
  const { name } = error.cause as Error;
  const where = endpoint === undefined ? `AWS_REGION=${region}` : `DYNAMODB_ENDPOINT=${endpoint}`;
  const advice = /Credentials|Token/.test(name)
    ? credentialsHint()
    : /UnrecognizedClient|Signature/.test(name)
      ? 'expected credentials of the account that has the table'
      : endpoint === undefined
        ? 'expected the right Region, and a way to DynamoDB: a gateway endpoint of the VPC, or a NAT gateway'
        : 'expected a DynamoDB that listens there';
  return new StoreUnavailableError(
    `DYNAMODB_TABLE=${table} with ${where}: the store cannot be opened: ${advice}: ${error.message}`,
    { cause: error.cause },
  );
}
