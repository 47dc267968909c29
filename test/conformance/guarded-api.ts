import { type CreateAuthorizerCommandInput } from '@aws-sdk/client-apigatewayv2';
import { FunctionBackend, type LambdaEvent } from './function-backend.js';
import { HttpApiInTarget } from './http-api-under-test.js';
import { FUNCTION_NAME } from './target.js';

export const FUNCTION =
  process.env.CONFORMANCE_FUNCTION_ARN ?? `arn:aws:lambda:us-east-1:000000000000:function:${FUNCTION_NAME}`;
const [, , , REGION = ''] = FUNCTION.split(':');
const AUTHORIZER_URI = `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/${FUNCTION}/invocations`;

/** The parts of an authorizer that a case sets; by default payload 2.0 with simple responses, without a cache. */
type AuthorizerSpec = Partial<
  Omit<CreateAuthorizerCommandInput, 'ApiId' | 'AuthorizerType' | 'AuthorizerUri'>
>;

/**
 * An API whose routes have one Lambda authorizer. The function is the authorizer and the integration at once: an event
 * with a `type` is for the authorizer.
 */
export async function guardedApi(
  spec: AuthorizerSpec = {},
  { routes = ['GET /a', 'GET /b', 'GET /v1/item/{item}'], version = '2.0' } = {},
) {
  const lambda = await FunctionBackend.start();
  const asked: LambdaEvent[] = [];
  const invoked: LambdaEvent[] = [];
  let decide: (event: LambdaEvent) => unknown = () => ({ isAuthorized: true });
  lambda.handler = (event) => {
    if (event.type === undefined) {
      invoked.push(event);
      return { statusCode: 200 };
    }
    asked.push(event);
    return decide(event);
  };
  const api = await HttpApiInTarget.deployed({
    routes: {},
    stages: {},
    standIn: { functions: lambda.functions },
  });
  const AuthorizerId = await api.createAuthorizer({
    Name: 'guard',
    AuthorizerType: 'REQUEST',
    AuthorizerUri: AUTHORIZER_URI,
    AuthorizerPayloadFormatVersion: '2.0',
    EnableSimpleResponses: spec.AuthorizerPayloadFormatVersion !== '1.0',
    AuthorizerResultTtlInSeconds: 0,
    IdentitySource: ['$request.header.Authorization'],
    ...spec,
  });
  for (const routeKey of routes) {
    const integration = {
      IntegrationType: 'AWS_PROXY' as const,
      IntegrationUri: FUNCTION,
      PayloadFormatVersion: version,
    };
    await api.createRoute(routeKey, integration, { AuthorizationType: 'CUSTOM', AuthorizerId });
  }
  await api.createStage('$default', { StageVariables: { probeStage: 'v' } });
  return {
    api,
    asked,
    invoked,
    AuthorizerId,
    decides: (by: typeof decide) => {
      decide = by;
    },
    send: async (path: string, headers: Record<string, string> = { authorization: 't' }) => {
      const response = await api.request(path, { headers });
      return {
        status: response.status,
        body: await response.text(),
        authenticate: response.headers.get('www-authenticate'),
      };
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await lambda[Symbol.asyncDispose]();
    },
  };
}

/** The result of an authorizer that returns a policy. */
export const policy = (Effect: string, Resource: string | readonly string[], context?: object) => ({
  principalId: 'u1',
  policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] },
  ...(context && { context }),
});
