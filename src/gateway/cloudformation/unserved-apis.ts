import { CloudFormationError, type Place } from './cloudformation-error.js';
import { type Resource } from './template.js';

/** An API of a template that the gateway does not serve. */
export interface UnservedApi {
  readonly at: Place;
  readonly reason: string;
}

/**
 * The reason why the gateway does not serve the API; empty for a resource that is not an API.
 *
 * @param isCreated whether the resource's condition is met
 */
export function unservedApi(
  { at, logicalId, type, condition }: Resource,
  isCreated: boolean,
): readonly UnservedApi[] {
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (kind === undefined) return [];
  const why = isCreated ? kind : `is not created, because its condition ${condition} is not met`;
  return [{ at, reason: `${logicalId} (${type}) ${why}` }];
}

const REST_API = 'is a REST API, and only WebSocket and HTTP APIs are served';
const OF_SAM = 'is a resource of SAM: the template needs Transform: AWS::Serverless-2016-10-31';
const OTHER_TEMPLATE = 'is another template, which is not read: give that one';

const KINDS: Readonly<Record<string, string>> = {
  'AWS::ApiGatewayV2::Api': 'is not created',
  'AWS::ApiGateway::RestApi': REST_API,
  'AWS::Serverless::Api': REST_API,
  'AWS::Serverless::HttpApi': OF_SAM,
  'AWS::Serverless::WebSocketApi': OF_SAM,
  'AWS::CloudFormation::Stack': OTHER_TEMPLATE,
  'AWS::Serverless::Application': OTHER_TEMPLATE,
};

interface LoadedApis {
  readonly fileName: string;
  readonly apis: readonly unknown[];
  readonly unserved: readonly UnservedApi[];
}

/** @throws {CloudFormationError} none of the templates that were loaded has an API */
export function requireApi(templates: readonly LoadedApis[]): void {
  const [first] = templates;
  if (first === undefined || templates.some(({ apis }) => apis.length > 0)) return;
  const all = templates.flatMap(({ fileName, unserved }) => unserved.map((api) => ({ fileName, ...api })));
  const { fileName, at } = all[0] ?? { fileName: first.fileName, at: { line: 1, column: 1 } };
  const reasons = all.map(({ reason }) => reason).join('; ');
  throw new CloudFormationError(
    fileName,
    at,
    `there is no API that this gateway can serve${reasons && `: ${reasons}`}`,
  );
}
