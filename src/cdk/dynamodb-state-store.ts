import { RemovalPolicy } from 'aws-cdk-lib';
import { type Attribute, AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { type IKey } from 'aws-cdk-lib/aws-kms';
import { type Construct } from 'constructs';
import { StateStore } from './state-store.js';

/**
 * One DynamoDB table with on-demand billing. Retained when the stack is deleted, because it has the channels' history.
 */
export class DynamoDbStateStore extends StateStore {
  readonly environment: Readonly<Record<string, string>>;
  readonly #table: Table;
  readonly #encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, encryptionKey: IKey | undefined) {
    super(scope, id);
    this.#encryptionKey = encryptionKey;
    this.#table = new Table(this, 'Table', {
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
      ...(encryptionKey && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
    });
    this.environment = { STORE: 'dynamodb', DYNAMODB_TABLE: this.#table.tableName };
  }

  grantTo(task: TaskDefinition): void {
    this.#table.grant(task.taskRole, ...ACTIONS.map((action) => `dynamodb:${action}`));
    this.#encryptionKey?.grantEncryptDecrypt(task.taskRole);
  }

  /** Does nothing: the task role alone controls access. */
  allowFrom(): void {}
}

const text = (name: string): Attribute => ({ name, type: AttributeType.STRING });

/**
 * The actions that the service's store uses: none that change the table itself. Only the command that resets the store
 * after a loss uses Scan; it runs as a task with this role.
 */
const ACTIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
];
