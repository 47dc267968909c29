import { type Iam } from '../iam/iam.js';
import { IamError } from '../iam/iam-error.js';
import { type Authorization } from './authorization.js';
import { type AuthorizerRequest } from './authorizer-request.js';
import { type EventAuthorizer } from './http-authorization.js';

/**
 * Authorizes a request with `AWS_IAM`. It is signed in its headers or, as browsers do it, by a presigned URL, for
 * `execute-api:Invoke`.
 *
 * Where AWS is silent: the texts of the refusal are those of REST APIs.
 *
 * @param resourcePath the end of the resource's ARN: `{apiId}/{stage}/$connect`, or `{apiId}/{stage}/{METHOD}/{path}`
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
 */
export function authorizeIam(
  iam: Pick<Iam, 'authorize'>,
  { method, target, rawHeaders, body = NO_BODY }: SignedHandshakeOrRequest,
  resourcePath: string,
): IamAuthorization {
  try {
    const request = { method, target, rawHeaders, body };
    const caller = iam.authorize(request, 'execute-api:Invoke', resourcePath);
    const { accessKeyId, accountId, arn, userId } = caller;
    return {
      kind: 'allowed',
      variables: {
        'identity.accountId': accountId,
        'identity.caller': userId,
        'identity.user': userId,
        'identity.userArn': arn,
      },
      logVariables: { 'authenticate.status': '200', 'authorize.status': '200' },
      signer: { accessKey: accessKeyId, accountId, userId, userArn: arn },
    };
  } catch (error) {
    if (!(error instanceof IamError)) throw error;
    const { message, errorType } = error;
    // policies are evaluated only after a valid signature
    const logVariables =
      errorType === 'AccessDeniedException'
        ? { 'authenticate.status': '200', 'authorize.status': '403', 'authorize.error': message }
        : { 'authenticate.status': '403', 'authenticate.error': message };
    const reason = `AWS_IAM: ${errorType}`;
    const isUnsigned = errorType === 'MissingAuthenticationTokenException';
    return { kind: 'denied', response: { status: 403, message }, reason, logVariables, isUnsigned };
  }
}

/** The signer, for the event of a function; whether there was no signature at all. */
type IamAuthorization =
  | (Extract<Authorization, { kind: 'allowed' }> & { readonly signer: Omit<IamSigner, 'kind'> })
  | (Extract<Authorization, { kind: 'denied' }> & { readonly isUnsigned: boolean });

type IamSigner = Extract<EventAuthorizer, { kind: 'iam' }>;

type SignedHandshakeOrRequest = Pick<AuthorizerRequest, 'method' | 'target' | 'rawHeaders'> & {
  /** Of a request to an HTTP API; a handshake has none. */
  readonly body?: Buffer;
};

const NO_BODY = Buffer.alloc(0);
