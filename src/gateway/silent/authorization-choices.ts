/**
 * Choices about authorization and signatures, where AWS is silent or contradicts itself. PROTOCOL.md, "Where AWS is
 * silent", lists them.
 *
 * Made elsewhere, where the code reads best:
 *
 * - a refused `AWS_IAM` handshake has the texts of REST APIs (authorizers/iam-authorizer.ts); without known
 *   credentials a signature is required, but its secret is not checked (iam/iam.ts)
 * - API key and IAM caller are in `requestContext.identity`, and `queryStringParameters` and `stageVariables` of an
 *   authorizer's event are `{}` if there are none (websocket/steps/lambda-event.ts)
 * - a Lambda authorizer has the timeout of an integration (limits.ts); `null` in its context is an error, and so is a
 *   policy with a `Condition` or a policy variable (iam/policy.ts)
 * - two `Authorization` headers get 400 only with a Lambda authorizer (authorizers/lambda-authorizer.ts)
 * - requests to `@connections` are checked in this order: stage, id, size of the body, signature, limits
 *   (websocket/management-api.ts); the body of a GET or DELETE counts, because the signature covers it
 * - the signed hash is always that of the body, and a `+` in a query string is a plus (iam/canonical-request.ts)
 * - a session token with permanent credentials is refused (iam/signer.ts)
 */

/** Access-log variables of an authorizer that returned a policy: the status is the function's, even if it denies. */
export const authorizerLogVariables = (latencyMs: string) => ({
  'authorizer.status': '200',
  'authorizer.integrationStatus': '200',
  'authorizer.latency': latencyMs,
  'authorizer.integrationLatency': latencyMs,
});

/** Allowed difference of the signer's clock, and lifetime of a presigned URL without `X-Amz-Expires`. */
export const SIGNATURE_SKEW_MS = 5 * 60_000;

/** Whether a refusal names a "session policy" rather than an "identity-based policy": recorded for a role's session. */
export const isSessionOfRole = (arn: string) => arn.includes(':assumed-role/');
