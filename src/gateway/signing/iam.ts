import { type Clock } from '../clock.js';
import { type AccessKey, type Identity, unnamedIdentity } from './access-keys.js';
import { type SignedRequest } from './canonical-request.js';
import { IamError } from './iam-error.js';
import { type IamSettings } from './iam-settings.js';
import { evaluatePolicy } from './policy.js';
import { readSignature, type Signature } from './read-signature.js';
import { checkScope, isSame, verifySignature } from './verify-signature.js';

/** The part of AWS's Identity and Access Management that a call of API Gateway meets: who signed it, and may they. */
export class Iam {
  constructor(
    private readonly settings: IamSettings,
    private readonly plane: { readonly region: string; readonly accountId: string },
    private readonly clock: Clock,
  ) {}

  /** Whether a call of `@connections` has to be signed. */
  get guardsConnections(): boolean {
    return this.settings.auth === 'sigv4';
  }

  /**
   * @param action such as `execute-api:Invoke`
   * @param path the end of the resource's ARN: `{apiId}/{stage}/$connect`
   * @returns who signed it
   * @throws {IamError} it is not signed, not signed well, or its signer is not allowed to
   */
  authorize(request: SignedRequest, action: string, path: string): Identity {
    const identity = this.#authenticate(request);
    const { region, accountId } = this.plane;
    const { byArn, others } = this.settings.policies;
    const policy = byArn.get(identity.arn) ?? others;
    const decision =
      policy === undefined
        ? 'implicitDeny'
        : evaluatePolicy(policy, action, `arn:aws:execute-api:${region}:${accountId}:${path}`);
    if (decision === 'allowed') return identity;

    // recorded so of a role's session; of users, https://repost.aws/knowledge-center/api-gateway-iam-sigv4-mismatch
    const kind = identity.arn.includes(':assumed-role/') ? 'session' : 'identity-based';
    const because =
      decision === 'explicitDeny'
        ? `with an explicit deny in ${kind === 'session' ? 'a' : 'an'} ${kind} policy`
        : `because no ${kind} policy allows the ${action} action`;
    throw new IamError(
      'AccessDeniedException',
      `User: ${identity.arn} is not authorized to perform: ${action} on resource: arn:aws:execute-api:${region}:********${accountId.slice(-4)}:${path} ${because}`,
    );
  }

  #authenticate(request: SignedRequest): Identity {
    const signature = readSignature(request);
    checkScope(signature, this.plane.region, this.clock.now());
    const { accessKeys } = this.settings;
    if (accessKeys === undefined) return unnamedIdentity(signature.accessKeyId, this.plane.accountId);
    const accessKey = accessKeys.get(signature.accessKeyId);
    if (accessKey === undefined) throw unknownKey();
    verifySignature(request, signature, accessKey.secretAccessKey);
    if (!hasSessionToken(signature, accessKey)) throw unknownKey();
    return accessKey.identity;
  }
}

/** Temporary credentials go with their token, and others go without. */
const hasSessionToken = (signature: Signature, accessKey: AccessKey) =>
  signature.sessionToken === undefined || accessKey.sessionToken === undefined
    ? signature.sessionToken === accessKey.sessionToken
    : isSame(accessKey.sessionToken, signature.sessionToken);

const unknownKey = () =>
  new IamError('UnrecognizedClientException', 'The security token included in the request is invalid.');
