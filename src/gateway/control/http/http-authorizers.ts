import { LIMITS } from '../../limits.js';
import { parseIdentitySource } from '../../mapping/http-parameters.js';
import { ASSUMED_TEXTS, withoutEmpty } from '../../silent/control-choices.js';
import { AUTHORIZER_TTL_SECONDS, isIssuer } from '../../silent/http-control-choices.js';
import { badRequest, conflict } from '../control-error.js';
import { type HttpApiResources } from '../http-api-resources.js';
import { readFields, requireFields, writeFields } from '../fields/fields.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { deployAutomatically } from '../resources/deployments.js';
import { newResourceId } from '../resources/resource-id.js';
import { functionOf } from '../snapshot.js';
import { checkAudiences, HTTP_AUTHORIZER_FIELDS, type HttpAuthorizer } from './http-authorizer-fields.js';

/**
 * Authorizers of HTTP APIs.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html
 */
export const httpAuthorizers: ResourceCollection<HttpApiResources, HttpAuthorizer> = {
  resourceType: 'Authorizer',
  quota: { items: LIMITS.authorizers, plural: 'Authorizers' },

  items: (resources) => resources.authorizers,
  write: (authorizer) => writeFields(HTTP_AUTHORIZER_FIELDS, authorizer),

  create(resources, input) {
    const { IdentitySource = [], ...values } = requireFields(
      readFields(HTTP_AUTHORIZER_FIELDS, input),
      'Name',
      'AuthorizerType',
    );
    return put(resources, {
      // H12.10
      ...(values.AuthorizerType === 'REQUEST' && {
        AuthorizerResultTtlInSeconds: AUTHORIZER_TTL_SECONDS,
        EnableSimpleResponses: false,
      }),
      ...values,
      IdentitySource,
      AuthorizerId: newResourceId('Authorizer', resources.authorizers),
    });
  },

  update(resources, authorizer, input) {
    return put(resources, { ...authorizer, ...readFields(HTTP_AUTHORIZER_FIELDS, input) });
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

function put(resources: HttpApiResources, requested: HttpAuthorizer): HttpAuthorizer {
  const authorizer = withoutEmpty(requested);
  const { Name, AuthorizerId } = authorizer;
  if (authorizer.AuthorizerType === 'JWT') checkJwt(authorizer);
  else checkRequest(authorizer);
  const others = resources.authorizers.values().filter((other) => other.AuthorizerId !== AuthorizerId);
  if (others.some((other) => other.Name === Name)) throw conflict(ASSUMED_TEXTS.authorizerExists(Name));
  resources.authorizers.set(AuthorizerId, authorizer);
  deployAutomatically(resources);
  return authorizer;
}

/** H9.01 and H9.14. Whether the issuer can be reached (H9.13) is seen with the first token only. */
function checkJwt({ IdentitySource, JwtConfiguration = {} }: HttpAuthorizer): void {
  const { Issuer, Audience = [] } = JwtConfiguration;
  if (Issuer === undefined) throw badRequest('JwtConfiguration.Issuer is missing: JWT needs it');
  if (!isIssuer(Issuer)) {
    throw badRequest(`JwtConfiguration.Issuer '${Issuer}' is not a URL that begins with https://`);
  }
  checkAudiences(Audience);
  const [source, ...others] = IdentitySource;
  if (source === undefined || others.length > 0) {
    throw badRequest(`IdentitySource has ${IdentitySource.length} members; JWT needs exactly one`);
  }
  const { kind } = parseIdentitySource(source) ?? {};
  if (kind !== 'header' && kind !== 'querystring') throw badRequest(invalidSource(source));
}

/** H9.16; the texts are AWS's, except for the URI's. */
function checkRequest(authorizer: HttpAuthorizer): void {
  const { AuthorizerUri, AuthorizerPayloadFormatVersion: version, IdentitySource } = authorizer;
  if (version === undefined) {
    throw badRequest('AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer');
  }
  if (version === '1.0' && authorizer.EnableSimpleResponses) {
    throw badRequest('EnableSimpleResponses can only be set for AuthorizerPayloadFormatVersion "2.0".');
  }
  const wrong = IdentitySource.find((source) => parseIdentitySource(source) === undefined);
  if (wrong !== undefined) throw badRequest(invalidSource(wrong));
  if (IdentitySource.length === 0 && (authorizer.AuthorizerResultTtlInSeconds ?? 0) > 0) {
    throw badRequest('Identity source must be set if authorizer caching is enabled (TTL is greater than 0)');
  }
  if (AuthorizerUri === undefined || functionOf(AuthorizerUri) === undefined) {
    throw badRequest(
      `Invalid authorizer URI: '${AuthorizerUri ?? ''}' is not of the form arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function-arn}/invocations`,
    );
  }
  const role = authorizer.AuthorizerCredentialsArn;
  if (role !== undefined && !/^arn:[^:]+:iam::[^:]+:role\/.+$/.test(role))
    throw badRequest('Invalid role ARN');
}

const invalidSource = (source: string) =>
  `Invalid identity source expression: ${source}. The source must be a request header, request querystring, stage variable or context parameter`;
