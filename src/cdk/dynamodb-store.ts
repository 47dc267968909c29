import { RemovalPolicy } from 'aws-cdk-lib';
import { type Attribute, AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { type Construct } from 'constructs';
import { Store } from './store.js';

/** One DynamoDB table, paid for by the request. It outlives the stack, since channels' history is in it. */
export class DynamoDbStore extends Store {
  readonly environment: Readonly<Record<string, string>>;
  readonly #table: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.#table = new Table(this, 'Table', {
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.environment = { STORE: 'dynamodb', DYNAMODB_TABLE: this.#table.tableName };
  }

  grantTo(task: TaskDefinition): void {
    this.#table.grant(task.taskRole, ...ACTIONS.map((action) => `dynamodb:${action}`));
  }

  /** Nothing: its door is the role. */
  allowFrom(): void {}
}

const text = (name: string): Attribute => ({ name, type: AttributeType.STRING });

/** What the service's store calls: no Scan, and nothing that changes the table. */
const ACTIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'PutItem',
  'Query',
  'UpdateItem',
];
