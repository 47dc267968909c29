import { type FargateService, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';

/** The store that all tasks share. */
export abstract class StateStore extends Construct {
  /** Settings of the service for this store. */
  abstract readonly environment: Readonly<Record<string, string>>;

  /** Gives the task role its permissions. */
  abstract grantTo(task: TaskDefinition): void;

  /** Allows network traffic from the tasks. */
  abstract allowFrom(service: FargateService): void;
}
