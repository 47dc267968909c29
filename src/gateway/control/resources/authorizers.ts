import { parseSource, type Source } from '../../mapping/request-parameters.js';
import { ExpressionError } from '../../mapping/expression-error.js';
import { LIMITS } from '../../limits.js';
import { type Collection, withoutEmpty } from '../operations/resource-collection.js';
import { badRequest, conflict } from '../control-error.js';
import { type ApiResources } from '../control-plane.js';
import { deployAutomatically } from './deployments.js';
import { httpApisOnly, listOf, readFields, requireFields, text, writeFields } from '../fields/fields.js';
import { newResourceId } from './resource-id.js';
import { type Authorizer } from '../resources.js';
import { functionOf } from '../snapshot.js';

const FIELDS = {
  Name: text({ min: 1, max: 128 }),
  AuthorizerType: text({ min: 1 }),
  AuthorizerUri: text({ min: 1, max: 2048 }),
  AuthorizerCredentialsArn: text({}),
  IdentitySource: listOf(text({})),
  IdentityValidationExpression: text({ max: 1024 }),
  // AWS's words for these four: https://github.com/anomalyco/sst/issues/905, and recorded 2026-09
  AuthorizerPayloadFormatVersion: httpApisOnly(),
  AuthorizerResultTtlInSeconds: httpApisOnly(),
  EnableSimpleResponses: httpApisOnly(),
  JwtConfiguration: httpApisOnly(),
};

/**
 * Lambda authorizers, which only the `$connect` route can have.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export const authorizers: Collection<ApiResources, Authorizer> = {
  resourceType: 'Authorizer',
  quota: { items: LIMITS.authorizers, plural: 'Authorizers' },

  items: (of) => of.authorizers,
  write: (authorizer) => writeFields(FIELDS, authorizer),

  create(of, input) {
    const {
      AuthorizerType,
      IdentitySource = [],
      ...values
    } = requireFields(
      readFields(FIELDS, input),
      'Name',
      'AuthorizerType',
      // the model calls it optional because JWT authorizers have none
      'AuthorizerUri',
    );
    return put(of, {
      ...values,
      AuthorizerType: onlyRequest(AuthorizerType),
      IdentitySource: withoutLoneEmpty(IdentitySource),
      AuthorizerId: newResourceId('Authorizer', of.authorizers),
    });
  },

  update(of, authorizer, input) {
    const { AuthorizerType, IdentitySource, ...values } = readFields(FIELDS, input);
    if (AuthorizerType !== undefined) onlyRequest(AuthorizerType);
    return put(of, {
      ...authorizer,
      ...values,
      ...(IdentitySource && { IdentitySource: withoutLoneEmpty(IdentitySource) }),
    });
  },

  delete(of, { AuthorizerId, Name }) {
    const user = of.routes.values().find((route) => route.AuthorizerId === AuthorizerId);
    if (user) {
      // AWS's words: https://github.com/anomalyco/sst/issues/5586
      throw conflict(`Cannot delete authorizer '${Name}', is referenced in route: ${user.RouteKey}`);
    }
    of.authorizers.delete(AuthorizerId);
    deployAutomatically(of);
  },
};

function put(of: ApiResources, given: Authorizer): Authorizer {
  const authorizer = withoutEmpty(given);
  const { Name, AuthorizerId, AuthorizerUri, AuthorizerCredentialsArn } = authorizer;
  if (functionOf(AuthorizerUri) === undefined) {
    throw badRequest(
      `Invalid authorizer URI: '${AuthorizerUri}' is no arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function-arn}/invocations`,
    );
  }
  if (
    AuthorizerCredentialsArn !== undefined &&
    !/^arn:[^:]+:iam::[^:]+:role\/.+$/.test(AuthorizerCredentialsArn)
  ) {
    // AWS's words, recorded 2026-09
    throw badRequest('Invalid role ARN');
  }
  authorizer.IdentitySource.forEach(checkIdentitySource);
  if (of.authorizers.values().some((other) => other.Name === Name && other.AuthorizerId !== AuthorizerId)) {
    // [uncertain] refused by HTTP APIs (https://github.com/aws/aws-cdk/issues/13711); the words are ours
    throw conflict(`Authorizer ${Name} already exists in this Api`);
  }
  of.authorizers.set(AuthorizerId, authorizer);
  deployAutomatically(of);
  return authorizer;
}

function onlyRequest(type: string): 'REQUEST' {
  if (type === 'REQUEST') return type;
  // AWS's words, recorded 2026-09
  throw badRequest(
    'Invalid authorizer type. Only REQUEST authorizer type is supported on WEBSOCKET protocol Apis.',
  );
}

/** The model requires a list; AWS takes one empty source for none (recorded 2026-09). */
const withoutLoneEmpty = (sources: readonly string[]) =>
  sources.length === 1 && sources[0] === '' ? [] : sources;

/** Context variables that AWS does not take as identity sources (recorded 2026-09), though they exist on `$connect`. */
const NO_IDENTITY = ['eventType', 'messageDirection'];

function checkIdentitySource(expression: string): void {
  const source = readSource(expression);
  const isOne =
    source !== undefined &&
    ((source.kind === 'handshake' && !source.isMultiValue) ||
      source.kind === 'stageVariable' ||
      (source.kind === 'context' && !NO_IDENTITY.includes(source.name)));
  if (isOne) return;
  // AWS's words, recorded 2026-09
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
