import { authorizeIam } from '../../authorizers/iam-authorizer.js';
import { HTTP_RESPONSES } from '../../errors.js';
import { type Iam } from '../../iam/iam.js';
import { type ContextVariables } from '../../mapping/context-variables.js';
import { type ApiEvent } from '../api-event.js';
import { HttpRequestError } from '../http-request-error.js';

/**
 * Authorizes a request by the authorization of its route. Every refusal of a signature or by a policy has the same
 * response (H9.38, H9.39).
 *
 * @param event with the body, which a signature covers
 * @returns the variables of the authorization
 * @throws {HttpRequestError} the request is refused, or the gateway does not serve the route's authorization
 */
export function authorizeRequest(iam: Pick<Iam, 'authorize'>, event: ApiEvent): ContextVariables {
  const { request, stage, routePath, body, story } = event;
  const { authorization } = event.route;
  switch (authorization.kind) {
    case 'NONE':
      return {};
    case 'NOT_SERVED':
      throw new HttpRequestError(HTTP_RESPONSES.configuration, authorization.reason, true);
    case 'AWS_IAM': {
      // H2.19: the request's own method and path, also for ANY and for path variables
      const resourcePath = `${request.apiId}/${stage}/${request.method}${routePath}`;
      const authorized = authorizeIam(iam, { ...request, ...(body && { body }) }, resourcePath);
      if (authorized.kind === 'allowed') {
        const { variables } = authorized;
        story?.add({ step: 'signature', identity: variables['identity.userArn'] ?? '' });
        return variables;
      }
      story?.add({ step: 'signature', reason: authorized.reason });
      throw new HttpRequestError(HTTP_RESPONSES.forbidden, authorized.reason);
    }
    default:
      return authorization satisfies never;
  }
}
