import { type Iam } from '../iam/iam.js';
import { IamError } from '../iam/iam-error.js';
import { type Authorization } from './authorization.js';
import { type RouteEvent } from '../websocket/steps/map-request.js';

/**
 * `AWS_IAM` on `$connect`: the handshake is signed in its headers or, as browsers do it, its URL is presigned, for
 * `execute-api:Invoke` on `{apiId}/{stage}/$connect`.
 *
 * Where AWS is silent: the words of the refusal are those of REST APIs, in the frame that refuses a handshake.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
 */
export async function authorizeIam(iam: Iam, { connection, handshake }: RouteEvent): Promise<Authorization> {
  if (handshake === undefined) throw new Error('only a handshake is signed');
  const { target, rawHeaders } = handshake;
  const request = { method: 'GET', target, rawHeaders, body: Buffer.alloc(0) };
  try {
    const path = `${connection.apiId}/${connection.stage}/$connect`;
    const { accountId, arn, userId } = iam.authorize(request, 'execute-api:Invoke', path);
    return {
      kind: 'allowed',
      variables: {
        'identity.accountId': accountId,
        'identity.caller': userId,
        'identity.user': userId,
        'identity.userArn': arn,
      },
      logged: { 'authenticate.status': '200', 'authorize.status': '200' },
    };
  } catch (error) {
    if (!(error instanceof IamError)) throw error;
    const { message, errorType } = error;
    // only a signature that holds comes before a policy
    const logged =
      errorType === 'AccessDeniedException'
        ? { 'authenticate.status': '200', 'authorize.status': '403', 'authorize.error': message }
        : { 'authenticate.status': '403', 'authenticate.error': message };
    const reason = `AWS_IAM: ${errorType}`;
    return { kind: 'denied', answer: { status: 403, message, errorType }, reason, logged };
  }
}
