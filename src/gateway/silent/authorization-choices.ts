import { LIMITS } from '../limits.js';
import { type ChoiceTable } from './choice-table.js';

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

/** Choices about authorization and signatures, where AWS is silent or contradicts itself. */
export const AUTHORIZATION_CHOICES: ChoiceTable = {
  title: 'Authorization and signatures',
  rows: [
    {
      question: "an authorizer's event without query or stage variables",
      choice: '`{}` for each',
      because: 'only one with a query is documented',
      where: 'websocket/steps/lambda-event.ts',
    },
    {
      question: "an authorizer's timeout",
      choice: `${LIMITS.authorizerTimeoutMs / 1000} s, then 500`,
      because: "an integration's",
      where: 'limits.ts',
    },
    {
      question: "an authorizer's policy with a `Condition` or a policy variable",
      choice: '500',
      because: 'better than guessing',
      where: 'iam/policy.ts',
    },
    {
      question: 'two `Authorization` headers',
      choice: '400 as an HTML page, only if there is a Lambda authorizer',
      because: "the text of AWS's page is not recorded",
      where: 'authorizers/lambda-authorizer.ts',
    },
    {
      question: '`AWS_IAM` when no credentials are known',
      choice: 'a signature is required, its secret is not checked',
      because: 'the unsigned client would fail on AWS',
      where: 'iam/iam.ts',
    },
    {
      question: '`x-amz-content-sha256: UNSIGNED-PAYLOAD`',
      choice: "does not match: the body's hash counts",
      because: 'the error would otherwise appear only on AWS',
      where: 'iam/canonical-request.ts',
    },
    {
      question: 'a presigned URL without `X-Amz-Expires`; with it',
      choice: `valid for ${SIGNATURE_SKEW_MS / 60_000} minutes; honoured, 1–604800 s`,
    },
    {
      question: 'the age of a signature after `/_gateway/clock` was moved',
      choice: "fresh by the moved clock or by the machine's is enough",
      because: 'signers do not follow the move',
      where: 'iam/verify-signature.ts',
    },
    {
      question: '`+` in a signed query string',
      choice: 'is a plus',
      because: 'SigV4 requires `%20`',
      where: 'iam/canonical-request.ts',
    },
    {
      question: 'a session token with permanent credentials',
      choice: '`UnrecognizedClientException`',
      because: 'recorded for other services',
      where: 'iam/signer.ts',
    },
    {
      question: 'a refused `AWS_IAM` handshake',
      choice: '403, the text of REST APIs in the frame',
      because: 'only `@connections` was recorded',
      where: 'authorizers/iam-authorizer.ts',
    },
    {
      question: '"session policy" or "identity-based policy" in a refusal',
      choice: 'the first for `assumed-role` ARNs',
      because: 'as recorded',
    },
  ],
};
