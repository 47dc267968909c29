export const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/000000000000/jobs';
export const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:m';

/** A request of the query protocol, as a form. */
export const sqs = (Action: string, entries: Record<string, string>) => ({
  Action,
  Version: '2012-11-05',
  ...entries,
});

/** Each action with all of its parameters (H7.03), and what its service receives. */
export const ACTIONS: readonly (readonly [
  subtype: string,
  parameters: Record<string, string>,
  service: string,
  sent: { readonly target?: string; readonly url?: string; readonly method?: string; readonly body?: object },
])[] = [
  [
    'EventBridge-PutEvents',
    {
      Detail: '$request.body.detail',
      DetailType: 'order.${request.path.id}',
      Source: '$request.header.x-source',
      Time: '2026-11-28T00:00:00Z',
      EventBusName: 'bus',
      Resources: '$request.body.resources',
      TraceHeader: '$request.header.x-source',
    },
    'events',
    {
      target: 'AWSEvents.PutEvents',
      body: {
        Entries: [
          {
            Detail: '{"a":1}',
            DetailType: 'order.7',
            Source: 'shop',
            Time: 1_795_824_000,
            EventBusName: 'bus',
            Resources: ['arn:a', 'arn:b'],
            TraceHeader: 'shop',
          },
        ],
      },
    },
  ],
  [
    'SQS-SendMessage',
    {
      QueueUrl: QUEUE_URL,
      MessageBody: '$request.body.message',
      DelaySeconds: '5',
      MessageAttributes: '{"Agent":{"DataType":"String","StringValue":"${request.header.x-source}"}}',
      MessageDeduplicationId: '$request.path.id',
      MessageGroupId: '$stageVariables.color',
      MessageSystemAttributes: '$request.body.system',
    },
    'sqs',
    {
      body: sqs('SendMessage', {
        QueueUrl: QUEUE_URL,
        MessageBody: 'a b&c=ä',
        DelaySeconds: '5',
        MessageDeduplicationId: '7',
        MessageGroupId: 'blue',
        'MessageAttribute.1.Name': 'Agent',
        'MessageAttribute.1.Value.DataType': 'String',
        'MessageAttribute.1.Value.StringValue': 'shop',
        'MessageSystemAttribute.1.Name': 'AWSTraceHeader',
        'MessageSystemAttribute.1.Value.DataType': 'String',
        'MessageSystemAttribute.1.Value.StringValue': 'Root=1',
      }),
    },
  ],
  [
    'SQS-ReceiveMessage',
    {
      QueueUrl: QUEUE_URL,
      AttributeNames: 'SentTimestamp, SenderId',
      MaxNumberOfMessages: '$request.querystring.max',
      MessageAttributeNames: 'All',
      ReceiveRequestAttemptId: '$request.path.id',
      VisibilityTimeout: '10',
      WaitTimeSeconds: '1',
    },
    'sqs',
    {
      body: sqs('ReceiveMessage', {
        QueueUrl: QUEUE_URL,
        MaxNumberOfMessages: '3',
        ReceiveRequestAttemptId: '7',
        VisibilityTimeout: '10',
        WaitTimeSeconds: '1',
        'AttributeName.1': 'SentTimestamp',
        'AttributeName.2': 'SenderId',
        'MessageAttributeName.1': 'All',
      }),
    },
  ],
  [
    'SQS-DeleteMessage',
    { QueueUrl: QUEUE_URL, ReceiptHandle: '$request.path.id' },
    'sqs',
    { body: sqs('DeleteMessage', { QueueUrl: QUEUE_URL, ReceiptHandle: '7' }) },
  ],
  ['SQS-PurgeQueue', { QueueUrl: QUEUE_URL }, 'sqs', { body: sqs('PurgeQueue', { QueueUrl: QUEUE_URL }) }],
  [
    'AppConfig-GetConfiguration',
    {
      Application: 'my app',
      Environment: 'dev',
      Configuration: 'a/b',
      ClientId: '$request.path.id',
      ClientConfigurationVersion: '2',
    },
    'appconfig',
    {
      method: 'GET',
      url: '/applications/my%20app/environments/dev/configurations/a%2Fb?client_id=7&client_configuration_version=2',
    },
  ],
  [
    'Kinesis-PutRecord',
    {
      StreamName: 'stream',
      Data: '$request.body.message',
      PartitionKey: '$request.path.id',
      SequenceNumberForOrdering: '1',
      ExplicitHashKey: '2',
    },
    'kinesis',
    {
      target: 'Kinesis_20131202.PutRecord',
      body: {
        StreamName: 'stream',
        PartitionKey: '7',
        SequenceNumberForOrdering: '1',
        ExplicitHashKey: '2',
        Data: Buffer.from('a b&c=ä').toString('base64'),
      },
    },
  ],
  [
    'StepFunctions-StartExecution',
    { StateMachineArn: MACHINE, Name: 'n${request.path.id}', Input: '$request.body' },
    'states',
    {
      target: 'AWSStepFunctions.StartExecution',
      body: { stateMachineArn: MACHINE, name: 'n7', input: 'BODY' },
    },
  ],
  [
    'StepFunctions-StartSyncExecution',
    { StateMachineArn: MACHINE, Input: '$request.body.detail', TraceHeader: 't' },
    'states',
    {
      target: 'AWSStepFunctions.StartSyncExecution',
      body: { stateMachineArn: MACHINE, input: '{"a":1}', traceHeader: 't' },
    },
  ],
  [
    'StepFunctions-StopExecution',
    { ExecutionArn: `${MACHINE}:e`, Cause: 'stopped', Error: '$context.routeKey' },
    'states',
    {
      target: 'AWSStepFunctions.StopExecution',
      body: { executionArn: `${MACHINE}:e`, cause: 'stopped', error: 'POST /call/{id}' },
    },
  ],
];

/** The client's request that the actions map. */
export const BODY = JSON.stringify({
  message: 'a b&c=ä',
  detail: { a: 1 },
  resources: ['arn:a', 'arn:b'],
  system: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1' } },
});
