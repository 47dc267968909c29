import { type AwsRequest } from './integration-request.js';

/** The parameters of an action by name: texts, and objects where the action has a structure. */
export type ActionParameters = ReadonlyMap<string, string | Readonly<Record<string, unknown>>>;

/** The parts of a request that the action decides. */
type ActionRequest = Pick<AwsRequest, 'service' | 'method' | 'path'> &
  Partial<Pick<AwsRequest, 'hostPrefix' | 'query' | 'headers' | 'body'>>;

/**
 * The request of an integration with a subtype, in the protocol of its service; protocols and names are those of the
 * services' models in botocore 1.43.
 *
 * @param subtype `SQS-SendMessage`
 * @param parameters those without a value are absent; the control plane has checked the names
 */
export function actionRequest(
  subtype: string,
  parameters: ActionParameters,
  { region, timeoutMs }: Pick<AwsRequest, 'region' | 'timeoutMs'>,
): AwsRequest {
  const action = ACTIONS[subtype];
  if (action === undefined) throw new Error(`there is no action ${subtype}`);
  const named = (name: string) => parameters.get(name);
  const own = textOf(named('Region'));
  return {
    kind: 'aws',
    region: own ?? region,
    subdomain: undefined,
    query: [],
    headers: [],
    body: undefined,
    timeoutMs,
    ...action(named),
  };
}

type Named = (name: string) => ReturnType<ActionParameters['get']>;

/** H7.03 */
const ACTIONS: Readonly<Record<string, ((named: Named) => ActionRequest) | undefined>> = {
  'EventBridge-PutEvents': (named) =>
    json('events', '1.1', 'AWSEvents.PutEvents', {
      Entries: [
        {
          ...texts(named, 'Detail DetailType Source EventBusName TraceHeader'),
          ...(named('Time') !== undefined && { Time: epochSeconds(textOf(named('Time')) ?? '') }),
          ...(named('Resources') !== undefined && { Resources: listOf(named('Resources')) }),
        },
      ],
    }),
  'SQS-SendMessage': (named) =>
    sqs('SendMessage', [
      ...pairs(named, 'QueueUrl MessageBody DelaySeconds MessageDeduplicationId MessageGroupId'),
      ...attributes('MessageAttribute', named('MessageAttributes')),
      ...attributes('MessageSystemAttribute', named('MessageSystemAttributes')),
    ]),
  'SQS-ReceiveMessage': (named) =>
    sqs('ReceiveMessage', [
      ...pairs(
        named,
        'QueueUrl MaxNumberOfMessages ReceiveRequestAttemptId VisibilityTimeout WaitTimeSeconds',
      ),
      ...numbered('AttributeName', listOf(named('AttributeNames'))),
      ...numbered('MessageAttributeName', listOf(named('MessageAttributeNames'))),
    ]),
  'SQS-DeleteMessage': (named) => sqs('DeleteMessage', pairs(named, 'QueueUrl ReceiptHandle')),
  'SQS-PurgeQueue': (named) => sqs('PurgeQueue', pairs(named, 'QueueUrl')),
  'AppConfig-GetConfiguration': (named) => {
    const segment = (name: string) => encodeURIComponent(textOf(named(name)) ?? '');
    const version = textOf(named('ClientConfigurationVersion'));
    return {
      service: 'appconfig',
      method: 'GET',
      path: `/applications/${segment('Application')}/environments/${segment('Environment')}/configurations/${segment('Configuration')}`,
      query: [
        ['client_id', textOf(named('ClientId')) ?? ''],
        ...(version === undefined ? [] : [['client_configuration_version', version] as const]),
      ],
    };
  },
  'Kinesis-PutRecord': (named) =>
    json('kinesis', '1.1', 'Kinesis_20131202.PutRecord', {
      ...texts(named, 'StreamName PartitionKey SequenceNumberForOrdering ExplicitHashKey'),
      // a blob: base64 in JSON
      Data: Buffer.from(textOf(named('Data')) ?? '').toString('base64'),
    }),
  'StepFunctions-StartExecution': (named) =>
    json('states', '1.0', 'AWSStepFunctions.StartExecution', camelCase(named, 'StateMachineArn Name Input')),
  'StepFunctions-StartSyncExecution': (named) => ({
    ...json(
      'states',
      '1.0',
      'AWSStepFunctions.StartSyncExecution',
      camelCase(named, 'StateMachineArn Name Input TraceHeader'),
    ),
    hostPrefix: 'sync-',
  }),
  'StepFunctions-StopExecution': (named) =>
    json('states', '1.0', 'AWSStepFunctions.StopExecution', camelCase(named, 'ExecutionArn Cause Error')),
};

/** AWS JSON: the action is in a header. */
const json = (service: string, version: string, target: string, body: object): ActionRequest => ({
  service,
  method: 'POST',
  path: '/',
  headers: ['content-type', `application/x-amz-json-${version}`, 'x-amz-target', target],
  body: JSON.stringify(body),
});

type Pairs = readonly (readonly [name: string, value: string])[];

/** The query protocol of SQS: action and parameters are a form. */
const sqs = (action: string, parameters: Pairs): ActionRequest => ({
  service: 'sqs',
  method: 'POST',
  path: '/',
  headers: ['content-type', 'application/x-www-form-urlencoded'],
  body: new URLSearchParams([
    ['Action', action],
    ['Version', '2012-11-05'],
    ...parameters.map(([name, value]): [string, string] => [name, value]),
  ]).toString(),
});

const textOf = (value: ReturnType<Named>): string | undefined =>
  value === undefined || typeof value === 'string' ? value : JSON.stringify(value);

/** @param names separated by spaces */
const pairs = (named: Named, names: string): Pairs =>
  names.split(' ').flatMap((name) => {
    const text = textOf(named(name));
    return text === undefined ? [] : [[name, text] as const];
  });

const texts = (named: Named, names: string) => Object.fromEntries(pairs(named, names));

/** `StateMachineArn` → `stateMachineArn` */
const camelCase = (named: Named, names: string) =>
  Object.fromEntries(
    pairs(named, names).map(([name, text]) => [name.charAt(0).toLowerCase() + name.slice(1), text]),
  );

const numbered = (name: string, values: readonly string[]): Pairs =>
  values.map((value, index) => [`${name}.${index + 1}`, value]);

/** `{NAME: {DataType, StringValue, BinaryValue}}` as the query protocol numbers it. */
function attributes(name: string, value: ReturnType<Named>): Pairs {
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([attribute, members], index) => {
    const prefix = `${name}.${index + 1}`;
    const parts = typeof members === 'object' && members !== null ? Object.entries(members) : [];
    return [
      [`${prefix}.Name`, attribute] as const,
      ...parts.map(([part, text]) => [`${prefix}.Value.${part}`, String(text)] as const),
    ];
  });
}

/** A JSON list, or texts separated by commas. */
function listOf(value: ReturnType<Named>): readonly string[] {
  const text = textOf(value) ?? '';
  try {
    const items: unknown = JSON.parse(text);
    if (Array.isArray(items)) return items.map(String);
  } catch {
    // no JSON: a plain list
  }
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Seconds since 1970, as AWS JSON has times; a text that is no time is for the service to refuse. */
function epochSeconds(text: string): number | string {
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
  return Number.isFinite(seconds) ? seconds : text;
}
