import { type FargateService, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';

/** Where all tasks keep state together. */
export abstract class Store extends Construct {
  /** What the service is told, in its own settings' names. */
  abstract readonly environment: Readonly<Record<string, string>>;

  /** What the task's role is allowed to do with it. */
  abstract grantTo(task: TaskDefinition): void;

  /** Lets the tasks' packets in. */
  abstract allowFrom(service: FargateService): void;
}
