/**
 * The choices where AWS's documents and the recordings that we know of are silent or contradict one another. Each says
 * what the gateway does, why, and from which source. Where there was a choice, a mistake fails on the laptop rather
 * than on AWS. PROTOCOL.md, "Where AWS is silent", lists them for users.
 *
 * Three choices are whole modules: the subset of JSONPath (mapping/json-path.ts), the rules of Velocity 1.7
 * (vtl/evaluate.ts, vtl/values.ts) and placeholder values (cloudformation/placeholder-values.ts).
 */

// ---- control plane ----

/** Items on one page of a list. Documented for v1 only, assumed for v2. */
export const PAGE_SIZE = { default: 25, max: 500 } as const;

/**
 * Status of a successful update. The models say 200; UpdateRoute was recorded with 201 (2026-09), which SDKs accept
 * too.
 */
export const UPDATED_STATUS = 200;

/**
 * Error when a quota is used up. Text and status 429 are AWS's: https://github.com/anomalyco/sst/issues/4522,
 * https://github.com/serverless/serverless-websockets-plugin/issues/22. The name is the model's for that status; for
 * an HTTP API's authorizers a ConflictException with 429 was seen.
 */
export const QUOTA_ERROR = 'TooManyRequestsException';

/**
 * Errors for an unknown path and for a method that a path does not have. AWS's are not known; these are Smithy's names.
 */
export const UNKNOWN_OPERATION_ERROR = 'UnknownOperationException';
export const WRONG_METHOD_ERROR = 'MethodNotAllowedException';

/** Largest mapping template. The guide says 300 KB, the model 32 KB: the smaller number fails here first. */
export const TEMPLATE_CHARACTERS = 32 * 1024;

/** Integration timeout. The quotas say 50 to 29,000 ms; the model allows 30,000, which is for HTTP APIs. */
export const INTEGRATION_TIMEOUT_MS = { min: 50, max: 29_000 } as const;

/** Longest access-log format: the model's number; the guide has none. */
export const ACCESS_LOG_FORMAT_LENGTH = 1024;

/**
 * Method of an integration that invokes a Lambda function: the default, and the only one allowed. AWS's own templates
 * leave it out (https://github.com/aws-samples/simple-websockets-chat-app/blob/master/template.yaml). When AWS refuses
 * another one is not documented; every invocation would fail.
 */
export const LAMBDA_INTEGRATION_METHOD = 'POST';

/** Content type of a model that has none; AWS documents no default. */
export const MODEL_CONTENT_TYPE = 'application/json';

/** Whether the keyword `format` in a model is checked. AWS does not say; draft 4 leaves it open. */
export const ARE_MODEL_FORMATS_CHECKED = false;

/** The text of GetModelTemplate. AWS documents that it generates one, not which; this has the form of v1's. */
export const MODEL_TEMPLATE = {
  head: "#set($inputRoot = $input.path('$'))\n",
  samples: { string: '"foo"', integer: '42', number: '42', boolean: 'true', object: '{ }' },
} as const;

/** Only such an integration has a `ConnectionId`. An update to `INTERNET` drops it: a request could not remove it. */
export const hasConnectionId = (connectionType: string) => connectionType === 'VPC_LINK';

/**
 * Only such a route has an `AuthorizerId`. AWS may ignore one without `CUSTOM`; a forgotten `AuthorizationType` would
 * then leave the route open. An update to another type drops it.
 */
export const hasAuthorizerId = (authorizationType: string) => authorizationType === 'CUSTOM';

/** Only this route can require an API key: the key of any other route would not be checked. */
export const canRequireApiKey = (routeKey: string) => routeKey === '$connect';

/**
 * A map after an update that names only some of its keys: the others stay, and a key with an empty string is removed.
 * Observed for the `RequestParameters` of integrations, and Terraform relies on it for stage variables; assumed for all
 * parameters and for `RouteSettings`, which have delete operations of their own. Templates and models are replaced as
 * a whole: by the model an empty string is a template, so it could not remove one.
 *
 * @see https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/apigatewayv2/stage.go
 */
export function mergeMap<T>(
  current: Readonly<Record<string, T>> | undefined,
  changes: Readonly<Record<string, T>> | undefined,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries({ ...current, ...changes }).filter(([, value]) => value !== ''));
}

/**
 * The resource without the fields that were sent as an empty string: that is how Terraform unsets them.
 *
 * @template T its required fields cannot be empty
 * @see https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/apigatewayv2/route.go
 */
export function withoutEmpty<T extends object>(resource: T): T {
  return Object.fromEntries(Object.entries(resource).filter(([, value]) => value !== '')) as T;
}

/**
 * Errors for a field that names a resource that does not exist. 404 was recorded for `RouteSettings` and is assumed for
 * deployments and stages; elsewhere it is 400, because the request is wrong and not its path.
 */
export const UNKNOWN_REFERENCE_ERRORS = {
  ApiId: 'BadRequestException',
  ConnectionId: 'BadRequestException',
  DeploymentId: 'NotFoundException',
  Stage: 'BadRequestException',
  StageName: 'NotFoundException',
  Target: 'BadRequestException',
} as const;

/** Fields of the API itself that are part of a deployment: a change of one redeploys stages with `AutoDeploy`. */
export const DEPLOYED_API_FIELDS = [
  'RouteSelectionExpression',
  'ApiKeySelectionExpression',
  'DisableSchemaValidation',
] as const;

/** Error texts of which no recording for WebSocket APIs is known. */
export const ASSUMED_TEXTS = {
  /** 409; as remembered from v1. */
  apiKeyExists: 'API Key already exists',
  /** 404; as remembered from v1. */
  noApiStage: (apiStage: string) => `API Stage not found: ${apiStage}`,
  /** 409; v1's: https://github.com/aws/aws-extensions-for-dotnet-cli/issues/102 */
  apiMappingExists: 'ApiMapping key already exists for this domain name',
  /** 409; HTTP APIs refuse it (https://github.com/aws/aws-cdk/issues/13711), with a text that is not known. */
  authorizerExists: (name: string) => `Authorizer ${name} already exists in this Api`,
  /** 409; a route could not tell two models of one name apart. */
  modelExists: (name: string) => `Model name already exists for this Api: ${name}`,
  /** 409; in the form of AWS's text for an authorizer. */
  modelInUse: (verb: string, name: string, routeKey: string) =>
    `Cannot ${verb} model '${name}', is referenced in route: ${routeKey}`,
  /** 400; v1's: https://github.com/hashicorp/terraform-provider-aws/issues/19805 */
  deploymentInUse: 'Active stages pointing to this deployment must be moved or deleted',
  /** 400; in the form of AWS's text for an API that has mappings. */
  stageIsMapped: (stageName: string) =>
    `Deleting stage ${stageName} failed. Please remove all API mappings for the stage from your custom domain names.`,
  /**
   * 400; Terraform removes the stages first because AWS refuses otherwise:
   * https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/apigateway/usage_plan.go
   */
  usagePlanHasStages: (id: string, stages: number) =>
    `Cannot delete Usage Plan ${id}: remove its ${stages} API stages first`,
  /**
   * 400; documented for REST APIs, links that a stage variable names excepted:
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
   */
  vpcLinkInUse: (id: string, integrations: readonly string[]) =>
    `Cannot delete vpc link. Vpc link '${id}' is referenced by integrations: [${integrations.join(', ')}]`,
} as const;

// ---- parameter mapping ----

/**
 * A mapped value as text: JSON, unless it is text itself. `undefined` when there is no value: the parameter is not
 * sent.
 */
export function mappedText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * The declarations that make a header or query-string source readable; without one it has no value. AWS says only that
 * it has to be declared on the route.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html
 */
export const declarationsFor = (location: 'header' | 'querystring', name: string): readonly string[] => [
  `route.request.${location}.${name}`,
  `route.request.multivalue${location}.${name}`,
];

/** Destination of a response parameter: `route.response…` in the guide, `method.response…` in the model's text. */
export const RESPONSE_HEADER = /^(?:route|method)\.response\.header\.([\w.$-]+)$/;

/** Context variables of a `$disconnect`. Observed in Lambda events; that a mapping can read them is not documented. */
export const disconnectVariables = (
  close: { readonly code: number; readonly reason: string } | undefined,
) => ({
  disconnectStatusCode: close && String(close.code),
  disconnectReason: close?.reason,
});

// ---- mapping templates ----

/** `$input` without a body: reported for REST APIs with a GET. */
export const EMPTY_INPUT_BODY = '{}';

/** The value of which `$input.json` returns the JSON when the path has none: reported for REST APIs. */
export const MISSING_INPUT_VALUE = '';

/** The value of `$input.params('NAME')` when the parameter does not exist. */
export const MISSING_INPUT_PARAMETER = '';

/**
 * A `$context` variable that AWS documents and the event does not have, as in REST APIs. Any other name is printed as
 * it is written, so that a typo shows.
 */
export const EMPTY_CONTEXT_VALUE = '';

/**
 * Limits of one rendering: a template that doubles a text in a loop must not exhaust the gateway. Beyond a limit the
 * rendering fails; AWS may truncate instead. Only the first number is AWS's.
 */
export const TEMPLATE_LIMITS = {
  /** Items of one `#foreach`; documented for REST APIs. */
  iterations: 1000,
  /** Iterations of all loops together. */
  allIterations: 100_000,
  /** Characters of any text: eight times the largest message, so that one may be escaped or encoded. */
  characters: 1024 * 1024,
  /** Items of a list. */
  items: 100_000,
  /** Nested macros and definitions; Velocity's `velocimacro.max.depth`. */
  depth: 20,
} as const;

// ---- Lambda ----

/**
 * The names under which a function may have been given with `--function`, the most exact one first: an alias or version
 * that was not given means the function without it.
 *
 * @param functionName `NAME`, `ACCOUNT:function:NAME` or `arn:…:function:NAME`, each with or without `:QUALIFIER`
 */
export function functionNames(functionName: string): readonly string[] {
  const [, prefix = '', name = functionName, qualifier = ''] =
    functionName.match(/^(.*:?function:)?([\w-]+)(:[\w$-]+)?$/) ?? [];
  return [functionName, `${prefix}${name}`, `${name}${qualifier}`, name];
}

/**
 * Whether a function's response is an error by its form. The Runtime Interface Emulator does not send the header that
 * says so; SAM decides by the form too.
 */
export const isFunctionError = (json: unknown): boolean =>
  typeof json === 'object' &&
  json !== null &&
  'errorMessage' in json &&
  'errorType' in json &&
  Object.keys(json).every((key) => FUNCTION_ERROR_KEYS.has(key));

const FUNCTION_ERROR_KEYS = new Set([
  'errorMessage',
  'errorType',
  'requestId',
  'stackTrace',
  'trace',
  'cause',
]);

// ---- CloudFormation ----

/**
 * Rank among the resources that CloudFormation would start together: a deployment is last, as if it took longer. On AWS
 * the order among them is not defined.
 */
export const creationRank = (type: string): number => (type === 'AWS::ApiGatewayV2::Deployment' ? 1 : 0);

/**
 * Nodes of a template with its YAML aliases expanded. CloudFormation documents that it accepts no aliases, but tools
 * expand them first. Aliases of aliases multiply; no template within the size limit has as many nodes by itself.
 */
export const EXPANDED_TEMPLATE_NODES = 500_000;

/** Value of a reference to a resource that a macro (`Transform`) may add: its own name. */
export const macroReference = (name: string, attribute: string | undefined): string =>
  attribute ? `${name}.${attribute}` : name;
