/**
 * Choices about authorization and signatures. These are in place, where the code reads best:
 *
 * - the texts of a refused `AWS_IAM` handshake are a REST API's (authorizers/iam-authorizer.ts): only `@connections` was
 *   recorded
 * - a call of `@connections` that is both unauthorized and over a limit gets 400 or 403 (websocket/management-api.ts)
 * - `GET` and `DELETE` with over 128 KB of body get 413 (websocket/management-api.ts): the signature covers the body
 * - `queryStringParameters` and `stageVariables` of an authorizer's event are `{}` when there are none
 *   (websocket/steps/lambda-event.ts): only an event with a query string is documented
 * - a signature covers the body's hash, so `x-amz-content-sha256: UNSIGNED-PAYLOAD` does not match
 *   (iam/canonical-request.ts)
 * - a `+` in a signed query string is a plus (iam/canonical-request.ts)
 * - a policy with a `Condition` or a policy variable is refused (iam/policy.ts)
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
