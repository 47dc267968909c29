import { type HttpGatewayResponse } from '../errors.js';
import { type ContextVariables } from '../mapping/context-variables.js';

/** The result of the authorization of a request to an HTTP API. */
export type HttpAuthorizationResult =
  | ({ readonly kind: 'allowed' } & AuthorizedRequest)
  | {
      readonly kind: 'denied';
      readonly response: HttpGatewayResponse;
      /** For the log: the rule that denies the request, or the failure of the authorizer. */
      readonly reason: string;
      /** Whether the authorizer failed, rather than the client. */
      readonly isFault?: boolean;
      /** `$context.authorizer.error` */
      readonly error?: string;
    };

export interface AuthorizedRequest {
  /** `$context` variables: `authorizer.*`, `identity.*`. */
  readonly variables: ContextVariables;
  /** Absent without authorization. */
  readonly authorizer?: EventAuthorizer;
}

/** What the event of a function says about the authorization, in `requestContext.authorizer` (H6.19, H6.28). */
export type EventAuthorizer =
  | {
      readonly kind: 'jwt';
      readonly claims: Readonly<Record<string, string>>;
      /** Those of the token; `null` if the route requires none. */
      readonly scopes: readonly string[] | null;
    }
  | {
      readonly kind: 'lambda';
      readonly principalId: string | undefined;
      /** `null` if the function returned none. */
      readonly context: Readonly<Record<string, unknown>> | null;
    }
  | {
      readonly kind: 'iam';
      readonly accessKey: string;
      readonly accountId: string;
      readonly userId: string;
      readonly userArn: string;
    };
