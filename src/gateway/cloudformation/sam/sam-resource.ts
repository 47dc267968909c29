import { type Place } from '../cloudformation-error.js';
import { type Dictionary, type Entry } from '../document.js';
import { buildDictionary, type Part } from '../build-node.js';
import { property, type SamReader } from './sam-reader.js';

/** A resource of SAM, with the properties of `Globals`. */
export interface SamResource {
  readonly logicalId: string;
  readonly type: string;
  readonly at: Place;
  /** The whole resource, with its attributes, such as `Condition`. */
  readonly whole: Dictionary;
  readonly properties: Dictionary;
}

/** A resource that the expansion adds, by its logical id. */
export type Added = readonly [logicalId: string, entry: Entry];

/** What to do with a template that is not expanded here. */
const INSTEAD =
  'give the template that SAM makes of it: of a deployed stack, aws cloudformation get-template --stack-name NAME --template-stage Processed';

/** @throws {CloudFormationError} a property that the expansion does not know */
export function checkProperties(reader: SamReader, resource: SamResource, known: readonly string[]): void {
  for (const [name, { at }] of resource.properties.entries) {
    if (!known.includes(name)) {
      const instead = name === 'DefinitionUri' ? 'write the definition into DefinitionBody' : INSTEAD;
      throw reader.stack.template.document.error(
        at,
        `${resource.logicalId} (${resource.type}): this gateway does not expand the property ${name}: ${instead}`,
      );
    }
  }
}

/**
 * A resource in place of one of SAM's, with its condition.
 *
 * @param attributes besides the condition
 */
export function added(
  { whole, at }: Pick<SamResource, 'whole' | 'at'>,
  logicalId: string,
  type: string,
  properties: Readonly<Record<string, Part | undefined>>,
  attributes: Readonly<Record<string, Part | undefined>> = {},
): Added {
  const value = buildDictionary(
    {
      Type: type,
      Condition: property(whole, 'Condition'),
      ...attributes,
      Properties: buildDictionary(properties, at),
    },
    at,
  );
  return [logicalId, { at, value }];
}

/** The tags of an API, with that of SAM. */
export function tagsOf(
  reader: SamReader,
  { properties }: SamResource,
  samTag: string,
): Readonly<Record<string, Part>> {
  const tags = reader.dictionary(property(properties, 'Tags'), 'Tags');
  const own = [...(tags?.entries ?? [])].map(([name, { value }]) => [name, value] as const);
  return { ...Object.fromEntries(own), [samTag]: 'SAM' };
}

/** The tags of what belongs to an API: its own only with `PropagateTags`. */
export const propagatedTags = (reader: SamReader, api: SamResource, samTag: string) =>
  reader.isTrue(property(api.properties, 'PropagateTags'))
    ? tagsOf(reader, api, samTag)
    : { [samTag]: 'SAM' };

/** The permission of API Gateway to invoke a function. */
export const permission = (
  owner: Pick<SamResource, 'whole' | 'at'>,
  logicalId: string,
  functionName: Part,
  source: Part,
): Added =>
  added(owner, logicalId, 'AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    FunctionName: functionName,
    Principal: 'apigateway.amazonaws.com',
    SourceArn: source,
  });

/** `Fn::Sub` of an ARN below an API. */
export const executeApiArn = (apiId: Part, path: string): Part => ({
  'Fn::Sub': [
    `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${__ApiId__}/${path}`,
    { __ApiId__: apiId },
  ],
});
