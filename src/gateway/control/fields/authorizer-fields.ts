import { httpApisOnly, listOf, text } from './field-kinds.js';
import { type Stored } from './fields.js';

export const AUTHORIZER_TYPE = { AuthorizerType: text({ min: 1 }) };

export const AUTHORIZER_FIELDS = {
  Name: text({ min: 1, max: 128 }),
  ...AUTHORIZER_TYPE,
  /** `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function-arn}/invocations` */
  AuthorizerUri: text({ min: 1, max: 2048 }),
  AuthorizerCredentialsArn: text({}),
  /** `route.request.header.NAME`, `route.request.querystring.NAME`, `stageVariables.NAME`, `context.NAME` */
  IdentitySource: listOf(text({})),
  /** "This parameter is not used", says AWS's model. */
  IdentityValidationExpression: text({ max: 1024 }),
  // AWS's text for these four: https://github.com/anomalyco/sst/issues/905, and recorded 2026-09
  AuthorizerPayloadFormatVersion: httpApisOnly(),
  AuthorizerResultTtlInSeconds: httpApisOnly(),
  EnableSimpleResponses: httpApisOnly(),
  JwtConfiguration: httpApisOnly(),
};

/** C5: AWS accepts these identity sources, and then refuses every handshake with 401. Recorded 2026-09. */
export const NEVER_IDENTITIES: readonly string[] = ['context.eventType', 'context.messageDirection'];

export type Authorizer = Stored<
  typeof AUTHORIZER_FIELDS,
  'Name' | 'AuthorizerType' | 'AuthorizerUri' | 'IdentitySource'
> & {
  readonly AuthorizerId: string;
  readonly AuthorizerType: 'REQUEST';
};
