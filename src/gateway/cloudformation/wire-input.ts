import { type JsonObject } from '../control/fields/fields.js';
import { type Value } from './evaluator.js';

/**
 * A resource's properties in the control plane's wire format: names begin in lower case, the keys of maps stay
 * unchanged, and a number or boolean in the form of text, as from a parameter, is converted.
 */
export function wireInput(type: string, properties: Readonly<Record<string, Value>>): JsonObject {
  const renamed = RENAMED[type] ?? {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      renamed[name] ?? lowerFirst(name),
      name === 'Schema' && typeof value === 'object' ? JSON.stringify(value) : convertProperty(name, value),
    ]),
  );
}

const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'AWS::ApiGateway::UsagePlan': { UsagePlanName: 'name' },
};

/** Properties that are maps: their keys are the user's own. */
const MAPS = new Set([
  'RequestModels',
  'RequestParameters',
  'RequestTemplates',
  'ResponseModels',
  'ResponseParameters',
  'ResponseTemplates',
  'RouteSettings',
  'StageVariables',
  'Tags',
]);
const FLAGS = new Set([
  'AllowCredentials',
  'ApiKeyRequired',
  'AutoDeploy',
  'DataTraceEnabled',
  'DetailedMetricsEnabled',
  'DisableExecuteApiEndpoint',
  'DisableSchemaValidation',
  'EnableSimpleResponses',
  'Enabled',
  'FailOnWarnings',
  'GenerateDistinctId',
  'Required',
]);
const NUMBERS = new Set([
  'AuthorizerResultTtlInSeconds',
  'BurstLimit',
  'Limit',
  'MaxAge',
  'Offset',
  'RateLimit',
  'ThrottlingBurstLimit',
  'ThrottlingRateLimit',
  'TimeoutInMillis',
]);

/** CloudFormation's conversion to a number. Other text stays unchanged; the control plane then refuses it. */
export const asNumber = (value: Value | undefined): Value | undefined =>
  typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value)) ? Number(value) : value;

/** CloudFormation's conversion to a boolean. */
export const asFlag = (value: Value | undefined): Value | undefined =>
  value === 'true' ? true : value === 'false' ? false : value;

/** An OpenAPI definition has names of its own. */
const convertProperty = (name: string, value: Value) => (name === 'Body' ? value : convert(name, value));

function convert(name: string, value: Value): unknown {
  if (FLAGS.has(name)) return asFlag(value);
  if (NUMBERS.has(name)) return asNumber(value);
  if (typeof value !== 'object') return String(value);
  if (isList(value)) {
    // v1's tags are a list; v2's are a map
    if (name === 'Tags') return Object.fromEntries(value.map(tag));
    return value.map((item) => convert('', item));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) =>
      MAPS.has(name) ? [key, convert('', item)] : [lowerFirst(key), convert(key, item)],
    ),
  );
}

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

const tag = (item: Value): readonly [string, string] => {
  const { Key, Value: value } = item as Readonly<Record<string, Value>>;
  return [asText(Key), asText(value)];
};

/** JSON for any other value, which the control plane then refuses. */
const asText = (value: Value | undefined) =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
