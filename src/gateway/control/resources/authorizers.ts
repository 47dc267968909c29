import { LIMITS } from '../../limits.js';
import { ExpressionError } from '../../mapping/expression-error.js';
import { parseSource, type Source } from '../../mapping/request-parameters.js';
import { ASSUMED_TEXTS, withoutEmpty } from '../../silent/control-choices.js';
import { badRequest, conflict } from '../control-error.js';
import { type ApiResources } from '../api-resources.js';
import { type Authorizer, AUTHORIZER_FIELDS, AUTHORIZER_TYPE } from '../fields/authorizer-fields.js';
import { type JsonObject, readFields, requireFields, writeFields } from '../fields/fields.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { functionOf } from '../snapshot.js';
import { deployAutomatically } from './deployments.js';
import { newResourceId } from './resource-id.js';

/**
 * Lambda authorizers. Only the `$connect` route can have one.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export const authorizers: ResourceCollection<ApiResources, Authorizer> = {
  resourceType: 'Authorizer',
  quota: { items: LIMITS.authorizers, plural: 'Authorizers' },

  items: (resources) => resources.authorizers,
  // C9: without identity sources there is no list
  write: ({ IdentitySource, ...authorizer }) =>
    writeFields(AUTHORIZER_FIELDS, {
      ...authorizer,
      ...(IdentitySource.length > 0 && { IdentitySource }),
    }),

  create(resources, input) {
    const AuthorizerType = readType(input);
    const { IdentitySource = [], ...values } = requireFields(
      readFields(AUTHORIZER_FIELDS, input),
      'Name',
      'AuthorizerType',
      // the model calls it optional because JWT authorizers have none
      'AuthorizerUri',
    );
    // C10: only an update removes it so
    if (values.IdentityValidationExpression === '') {
      throw badRequest('IdentityValidationExpression must not be empty.');
    }
    if (values.AuthorizerCredentialsArn === '') throw badRequest(INVALID_ROLE);
    return put(resources, {
      ...values,
      AuthorizerType,
      IdentitySource: withoutLoneEmpty(IdentitySource),
      AuthorizerId: newResourceId('Authorizer', resources.authorizers),
    });
  },

  update(resources, authorizer, input) {
    const AuthorizerType = readType(input);
    // C10: an empty payload format version is accepted
    const { authorizerPayloadFormatVersion, ...others } = input;
    const { IdentitySource, ...values } = readFields(
      AUTHORIZER_FIELDS,
      authorizerPayloadFormatVersion === '' ? others : input,
    );
    return put(resources, {
      ...authorizer,
      ...values,
      AuthorizerType,
      ...(IdentitySource && { IdentitySource: withoutLoneEmpty(IdentitySource) }),
    });
  },

  delete(resources, { AuthorizerId, Name }) {
    const user = resources.routes.values().find((route) => route.AuthorizerId === AuthorizerId);
    if (user) {
      // AWS's text: https://github.com/anomalyco/sst/issues/5586
      throw conflict(`Cannot delete authorizer '${Name}', is referenced in route: ${user.RouteKey}`);
    }
    resources.authorizers.delete(AuthorizerId);
    deployAutomatically(resources);
  },
};

function put(resources: ApiResources, requested: Authorizer): Authorizer {
  const authorizer = withoutEmpty(requested);
  const { Name, AuthorizerId, AuthorizerUri, AuthorizerCredentialsArn } = authorizer;
  if (functionOf(AuthorizerUri) === undefined) {
    throw badRequest(
      `Invalid authorizer URI: '${AuthorizerUri}' is not of the form arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function-arn}/invocations`,
    );
  }
  if (
    AuthorizerCredentialsArn !== undefined &&
    !/^arn:[^:]+:iam::[^:]+:role\/.+$/.test(AuthorizerCredentialsArn)
  ) {
    throw badRequest(INVALID_ROLE);
  }
  checkValidationExpression(authorizer.IdentityValidationExpression);
  authorizer.IdentitySource.forEach(checkIdentitySource);
  if (
    resources.authorizers.values().some((other) => other.Name === Name && other.AuthorizerId !== AuthorizerId)
  ) {
    throw conflict(ASSUMED_TEXTS.authorizerExists(Name));
  }
  resources.authorizers.set(AuthorizerId, authorizer);
  deployAutomatically(resources);
  return authorizer;
}

/** C10: AWS names a wrong type first, whatever else the request has. A missing one is found later. */
function readType(input: JsonObject): 'REQUEST' {
  const { AuthorizerType = 'REQUEST' } = readFields(AUTHORIZER_TYPE, input);
  if (AuthorizerType === 'REQUEST') return AuthorizerType;
  // AWS's text, recorded 2026-09
  throw badRequest(
    'Invalid authorizer type. Only REQUEST authorizer type is supported on WEBSOCKET protocol Apis.',
  );
}

/** AWS's text, recorded 2026-09. */
const INVALID_ROLE = 'Invalid role ARN';

/** C10: it has no effect, but has to be a regular expression. Possessive quantifiers are Java's (`a++`). */
function checkValidationExpression(expression: string | undefined): void {
  if (expression === undefined) return;
  try {
    RegExp(expression.replaceAll(/(?<=[*+?}])\+/g, ''));
  } catch {
    throw badRequest(`Invalid validation expression: ${expression}`);
  }
}

/** The model requires a list; AWS reads a single empty source as none (recorded 2026-09). */
const withoutLoneEmpty = (sources: readonly string[]) =>
  sources.length === 1 && sources[0] === '' ? [] : sources;

function checkIdentitySource(expression: string): void {
  const source = readSource(expression);
  const isIdentitySource =
    source !== undefined &&
    ((source.kind === 'handshake' && !source.isMultiValue) ||
      source.kind === 'stageVariable' ||
      source.kind === 'context');
  if (isIdentitySource) return;
  // AWS's text, recorded 2026-09
  throw badRequest(
    `Invalid request identity source expression: ${expression}. The sources must be separated by comma, and each source must be either a request parameter, matching 'route.request.querystring|header.[a-zA-Z0-9._-]+', or a stage variable, matching 'stageVariables.[a-zA-Z0-9._-]+', or a context parameter, matching 'context.[a-zA-Z0-9._-]+'`,
  );
}

function readSource(expression: string): Source | undefined {
  try {
    return parseSource(expression);
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}
