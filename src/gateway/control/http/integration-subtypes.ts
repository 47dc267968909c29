/** The parameters of an action, besides `Region`, which every action may have. */
interface SubtypeParameters {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');

const parameters = (required: string, optional: string): SubtypeParameters => ({
  required: words(required),
  optional: [...words(optional), 'Region'],
});

/**
 * The actions of AWS services that an HTTP API can call (H7.03).
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
 */
export const INTEGRATION_SUBTYPES: Readonly<Record<string, SubtypeParameters | undefined>> = {
  'EventBridge-PutEvents': parameters('Detail DetailType Source', 'Time EventBusName Resources TraceHeader'),
  'SQS-SendMessage': parameters(
    'QueueUrl MessageBody',
    'DelaySeconds MessageAttributes MessageDeduplicationId MessageGroupId MessageSystemAttributes',
  ),
  'SQS-ReceiveMessage': parameters(
    'QueueUrl',
    'AttributeNames MaxNumberOfMessages MessageAttributeNames ReceiveRequestAttemptId VisibilityTimeout WaitTimeSeconds',
  ),
  'SQS-DeleteMessage': parameters('ReceiptHandle QueueUrl', ''),
  'SQS-PurgeQueue': parameters('QueueUrl', ''),
  'AppConfig-GetConfiguration': parameters(
    'Application Environment Configuration ClientId',
    'ClientConfigurationVersion',
  ),
  'Kinesis-PutRecord': parameters(
    'StreamName Data PartitionKey',
    'SequenceNumberForOrdering ExplicitHashKey',
  ),
  'StepFunctions-StartExecution': parameters('StateMachineArn', 'Name Input'),
  'StepFunctions-StartSyncExecution': parameters('StateMachineArn', 'Name Input TraceHeader'),
  'StepFunctions-StopExecution': parameters('ExecutionArn', 'Cause Error'),
};

/** Parameters whose value is an object (H7.04, H7.05). */
export const STRUCTURED_PARAMETERS: readonly string[] = ['MessageAttributes', 'MessageSystemAttributes'];
