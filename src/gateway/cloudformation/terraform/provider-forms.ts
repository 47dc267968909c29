import { type Part } from '../build-node.js';

/**
 * What the AWS provider does besides renaming when it creates a resource, from its source.
 *
 * @see https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/apigatewayv2
 */
export type Complete = (
  properties: Properties,
  about: { readonly protocol: string | undefined },
) => Properties;

export type Properties = Readonly<Record<string, Part>>;

export const completeApi: Complete = (properties) => {
  const cors = only(properties.CorsConfiguration);
  const completed = withBlocks(properties, {
    CorsConfiguration: cors && { AllowCredentials: false, MaxAge: 0, ...cors },
  });
  // the import of a definition has none of them
  return 'Body' in properties
    ? without(completed, 'ApiKeySelectionExpression', 'ProtocolType', 'RouteSelectionExpression')
    : completed;
};

export const completeAuthorizer: Complete = (properties, { protocol }) => {
  // the provider sends what the console has as default
  const isCached =
    protocol === 'HTTP' && properties.AuthorizerType === 'REQUEST' && 'IdentitySource' in properties;
  return {
    ...(isCached && { AuthorizerResultTtlInSeconds: 300 }),
    ...withBlocks(properties, { JwtConfiguration: only(properties.JwtConfiguration) }),
  };
};

export const completeDomainName: Complete = (properties) =>
  withBlocks(properties, {
    DomainNameConfigurations: listOf(properties.DomainNameConfigurations).map((each) =>
      isObject(each) ? without(each, 'HostedZoneId', 'TargetDomainName') : each,
    ),
    MutualTlsAuthentication: only(properties.MutualTlsAuthentication),
  });

export const completeIntegration: Complete = (properties) => {
  // CloudFormation has a form of its own for them (H8.26)
  const responses = byText(properties.ResponseParameters, 'StatusCode', ({ Mappings: mappings }) => ({
    ResponseParameters: Object.entries(isObject(mappings) ? mappings : {}).map(([Destination, Source]) => ({
      Destination,
      Source,
    })),
  }));
  return withBlocks(properties, { ResponseParameters: responses, TlsConfig: only(properties.TlsConfig) });
};

export const completePermission: Complete = ({ Qualifier: qualifier, ...others }) => {
  const { FunctionName: name } = others;
  if (qualifier === undefined || name === undefined) return others;
  return { ...others, FunctionName: { 'Fn::Join': [':', [name, qualifier]] } };
};

export const completeRoute: Complete = (properties) =>
  withBlocks(properties, {
    RequestParameters: byText(properties.RequestParameters, 'RequestParameterKey', ({ Required }) => ({
      Required: Required ?? false,
    })),
  });

export const completeStage: Complete = (properties, { protocol }) => {
  const defaults = only(properties.DefaultRouteSettings);
  return withBlocks(properties, {
    AccessLogSettings: only(properties.AccessLogSettings),
    DefaultRouteSettings: defaults && routeSettings(defaults, protocol),
    RouteSettings: byText(properties.RouteSettings, 'RouteKey', (block) => routeSettings(block, protocol)),
  });
};

export const completeUsagePlan: Complete = (properties) =>
  withBlocks(properties, {
    ApiStages: listOf(properties.ApiStages).map((each) =>
      isObject(each) ? withBlocks(each, { Throttle: byText(each.Throttle, 'Path', (block) => block) }) : each,
    ),
    Quota: only(properties.Quota),
    Throttle: only(properties.Throttle),
  });

/** The provider sends both limits of a block, and 0 for one that is missing, which refuses every request. */
const routeSettings = (block: Properties, protocol: string | undefined): Properties => ({
  ThrottlingBurstLimit: 0,
  ThrottlingRateLimit: 0,
  ...(protocol === 'HTTP' ? without(block, 'DataTraceEnabled', 'LoggingLevel') : block),
});

export const isObject = (part: Part | undefined): part is Properties =>
  typeof part === 'object' && !Array.isArray(part) && !('kind' in part && 'range' in part);

const listOf = (part: Part | undefined): readonly Part[] =>
  Array.isArray(part) ? (part as readonly Part[]) : part === undefined ? [] : [part];

/** The only block of a list, as CloudFormation has it. */
function only(part: Part | undefined): Properties | undefined {
  const [first] = listOf(part);
  return isObject(first) ? first : undefined;
}

/** Blocks as a map, by one of their texts. */
function byText(part: Part | undefined, key: string, valueOf: (block: Properties) => Part): Part | undefined {
  const entries = listOf(part).flatMap((block): [string, Part][] => {
    const name = isObject(block) ? block[key] : undefined;
    return isObject(block) && typeof name === 'string' ? [[name, valueOf(without(block, key))]] : [];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const without = (properties: Properties, ...names: readonly string[]): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));

/** Properties with the blocks in place of those of the same names; one that is `undefined` is left out. */
const withBlocks = (properties: Properties, blocks: Readonly<Record<string, Part | undefined>>): Properties =>
  Object.fromEntries(
    Object.entries({ ...properties, ...blocks }).filter(
      (entry): entry is [string, Part] => entry[1] !== undefined,
    ),
  );
