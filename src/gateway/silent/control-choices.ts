import { type ChoiceTable } from './choice-table.js';

/** Items on one page of a list. Documented for v1 only, assumed for v2. */
export const PAGE_SIZE = { default: 25, max: 500 } as const;

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

/**
 * A map after an update that names only some of its keys: the others stay, and a key with an empty string is removed.
 * Observed for the `RequestParameters` of integrations and (C12) for stage variables, of which Terraform removes
 * one by an empty string; assumed for all parameters and for `RouteSettings`, which have delete operations of their own. Templates and models are replaced as
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

/** Choices about the control plane, where AWS is silent or contradicts itself. */
export const CONTROL_CHOICES: ChoiceTable = {
  title: 'Control plane',
  rows: [
    {
      question: 'a model and text that is not JSON; `format` in a model',
      choice: 'not allowed; not checked',
    },
    {
      question: '`RequestParameters` and `ResponseParameters` in an update',
      choice: 'merged; an empty value removes',
      because: 'observed for integrations; Terraform relies on it',
    },
    {
      question: '`RouteSettings` in an update; a stage variable that is sent empty',
      choice: 'merged; removed',
      because: 'as above; AWS was seen to merge stage variables',
    },
    {
      question: 'templates and models in an update',
      choice: 'replace the whole map',
      because: 'by the model, an empty template is a template',
    },
    {
      question: 'a page of a list',
      choice: `${PAGE_SIZE.default} items by default, at most ${PAGE_SIZE.max}, in the order of the ids`,
      because: 'documented for v1; routes were recorded so',
    },
    {
      question: 'a quota of an API that is used up',
      choice: `429 \`${QUOTA_ERROR}\``,
      because: "the model's name; for an HTTP API a `ConflictException` with 429 was seen",
    },
    {
      question: 'over 100 variables of a stage; a name over 64 characters',
      choice: '400',
      because: 'documented for REST APIs',
    },
    {
      question: 'deleting a deployment that a stage serves; a VPC link that an integration names',
      choice: "400 with v1's text",
      because: 'known for v1 only',
    },
    {
      question: 'a `DeploymentId` or `StageName` that does not exist, in a body',
      choice: '404',
      because: 'recorded for `RouteSettings`',
    },
    {
      question: 'a `Target`, `ConnectionId`, or an API of an API mapping that does not exist',
      choice: '400',
      because: 'the request is wrong, not its path',
    },
    {
      question: 'switching `AutoDeploy` on; what redeploys such a stage',
      choice: 'deploys at once; a change of anything that a deployment contains',
      because: 'as `CreateStage` does',
    },
    {
      question: '`UpdateIntegration` to `INTERNET`',
      choice: 'drops the `ConnectionId`',
      because: 'it could not be removed otherwise',
    },
    {
      question: `a template over ${TEMPLATE_CHARACTERS / 1024} KB`,
      choice: '400',
      because: "the model's number",
    },
    {
      question: 'an integration to a Lambda function without a method; with another method than POST',
      choice: 'POST; 400',
      because: "AWS's own templates omit it",
    },
    {
      question: '`AWS`, `AWS_PROXY` or `MOCK` with `VPC_LINK`',
      choice: '400',
      because: 'links lead to load balancers',
    },
    {
      question: '`AuthorizerId` without `CUSTOM`',
      choice: '400',
      because: 'it would not be checked',
    },
    {
      question: 'two authorizers or two models of one name; deleting a model that a route names',
      choice: '409',
    },
    {
      question: 'a model that is not draft 4, has a bad pattern, or refers to another by URL',
      choice: '400',
      because: 'it could not be applied',
    },
    {
      question: 'members and values that are not served (mutual TLS, routing rules, …)',
      choice: '400 that says so',
      because: 'better than accepting them without effect',
    },
    {
      question: 'an operation that is not served; a wrong method',
      choice: `404 \`${UNKNOWN_OPERATION_ERROR}\`; 405 \`${WRONG_METHOD_ERROR}\``,
      because: "Smithy's names",
    },
    {
      question: 'a body that is not a JSON object, or over 13 MiB; not declared as JSON',
      choice:
        '400 `SerializationException`, 413 `RequestEntityTooLargeException`; 415 `UnsupportedMediaTypeException`',
      because: 'a form of a web page is refused',
    },
  ],
};
