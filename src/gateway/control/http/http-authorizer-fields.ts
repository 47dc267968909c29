import { LIMITS } from '../../limits.js';
import { badRequest } from '../control-error.js';
import { flag, listOf, structure, text } from '../fields/field-kinds.js';
import { type Field, type Stored } from '../fields/fields.js';

export const HTTP_AUTHORIZER_FIELDS = {
  Name: text({ min: 1, max: 128 }),
  AuthorizerType: authorizerType(),
  /** H9.18; of `JWT` exactly one (H9.01). */
  IdentitySource: listOf(text({})),
  JwtConfiguration: structure({ Audience: listOf(text({ min: 1 })), Issuer: text({ min: 1 }) }),
  /** `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function-arn}/invocations` */
  AuthorizerUri: text({ min: 1, max: 2048 }),
  AuthorizerCredentialsArn: text({}),
  AuthorizerPayloadFormatVersion: payloadFormatVersion(),
  AuthorizerResultTtlInSeconds: resultTtl(),
  EnableSimpleResponses: flag(),
  IdentityValidationExpression: text({ max: 1024 }),
};

export type HttpAuthorizer = Stored<
  typeof HTTP_AUTHORIZER_FIELDS,
  'Name' | 'AuthorizerType' | 'IdentitySource'
> & { readonly AuthorizerId: string };

function authorizerType(): Field<'JWT' | 'REQUEST'> {
  return {
    read(value) {
      if (value === 'JWT' || value === 'REQUEST') return value;
      // AWS's text, although REQUEST is allowed too (H9.16)
      throw badRequest(
        'Invalid authorizer type. Only JWT authorizer type is supported on HTTP protocol Apis.',
      );
    },
    write: (value) => value,
  };
}

function payloadFormatVersion(): Field<'1.0' | '2.0'> {
  const field = text({});
  return {
    read(value, path) {
      const version = field.read(value, path);
      if (version === '1.0' || version === '2.0') return version;
      // AWS's text (H9.16)
      throw badRequest(`AuthorizerPayloadFormatVersion ${version} is not supported`);
    },
    write: (value) => value,
  };
}

/** 0 to 3,600 (H9.16). */
function resultTtl(): Field<number> {
  return {
    read(value) {
      if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 3600) return value;
      // AWS's text
      throw badRequest(
        'Authorizer result TTL outside allowable range. TTL must be between 0 and 3600 seconds.',
      );
    },
    write: (value) => value,
  };
}

/** @throws {ControlError} 400: more audiences than an authorizer may have (H14.09) */
export function checkAudiences(audiences: readonly string[]): void {
  if (audiences.length <= LIMITS.jwtAudiences) return;
  throw badRequest(
    `JwtConfiguration.Audience has ${audiences.length} members; an authorizer has at most ${LIMITS.jwtAudiences}`,
  );
}
