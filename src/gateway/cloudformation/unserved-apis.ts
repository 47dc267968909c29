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
  { at, logicalId, type, condition, properties }: Resource,
  isCreated: boolean,
): readonly UnservedApi[] {
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (kind === undefined) return [];
  const isDocument = properties.has('Body') || properties.has('BodyS3Location');
  const why = isCreated
    ? type === API && isDocument
      ? 'is defined by an OpenAPI document, as only HTTP APIs can be'
      : kind
    : `is not created, because its condition ${condition} is not met`;
  return [{ at, reason: `${logicalId} (${type}) ${why}` }];
}

const API = 'AWS::ApiGatewayV2::Api';

const NOT_A_WEBSOCKET_API = 'is no WebSocket API, and only those are served';
const OTHER_TEMPLATE = 'is another template, which is not read: give that one';

const KINDS: Readonly<Record<string, string>> = {
  [API]: NOT_A_WEBSOCKET_API,
  'AWS::ApiGateway::RestApi': NOT_A_WEBSOCKET_API,
  'AWS::Serverless::Api': NOT_A_WEBSOCKET_API,
  'AWS::Serverless::HttpApi': NOT_A_WEBSOCKET_API,
  'AWS::Serverless::WebSocketApi':
    'is created by a macro of AWS that does not run here: give the template that results from it (of a deployed stack, aws cloudformation get-template --template-stage Processed)',
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
