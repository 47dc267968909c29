import { type HttpAuthorization } from '../../control/http-snapshot.js';
import { type ApiEvent } from '../../http/api-event.js';

/**
 * The result of an authorization that does not run here, as the event of a function has it.
 *
 * @param context from `--context`, such as `authorizer.claims.sub`
 */
export function sampleAuthorizer(
  authorization: HttpAuthorization,
  context: Readonly<Record<string, string>>,
): ApiEvent['authorizer'] {
  switch (authorization.kind) {
    case 'NONE':
      return undefined;
    case 'AWS_IAM': {
      const { userArn, accountId = '', user: userId = '' } = below(context, 'identity.');
      return userArn === undefined ? undefined : { kind: 'iam', accessKey: '', accountId, userId, userArn };
    }
    case 'JWT': {
      const claims = below(context, 'authorizer.claims.');
      const { scope = '' } = claims;
      const scopes =
        authorization.scopes.length === 0 ? null : scope.split(' ').filter((each) => each !== '');
      return { kind: 'jwt', claims, scopes };
    }
    case 'CUSTOM': {
      const { principalId, ...values } = below(context, 'authorizer.');
      return { kind: 'lambda', principalId, context: Object.keys(values).length === 0 ? null : values };
    }
    default:
      return authorization satisfies never;
  }
}

/** What the route requires of a client, in words. */
export function authorizationText(authorization: HttpAuthorization): readonly string[] {
  switch (authorization.kind) {
    case 'NONE':
      return [];
    case 'AWS_IAM':
      return [
        'the client must sign the request (AWS_IAM); not checked here: --context identity.userArn=ARN sets the signer',
      ];
    case 'JWT': {
      const { issuer, audience, scopes, identitySource } = authorization;
      const scope = scopes.length === 0 ? '' : `, with one of the scopes ${scopes.join(', ')}`;
      return [
        `the client must send a token of ${issuer} for ${audience.join(' or ')}${scope}, in ${identitySource.text}; not checked here: --context authorizer.claims.NAME=VALUE sets a claim`,
      ];
    }
    case 'CUSTOM': {
      const { functionName, identitySources } = authorization;
      const sources = identitySources.map(({ text }) => text).join(', ');
      const needs = sources === '' ? '' : `, if the request has ${sources}`;
      return [
        `the Lambda authorizer ${functionName} decides${needs}; not called here: --context authorizer.NAME=VALUE sets its context`,
      ];
    }
    default:
      return authorization satisfies never;
  }
}

const below = (context: Readonly<Record<string, string>>, prefix: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(context).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
