import { type Clock } from '../clock.js';
import { type Identity, unnamedIdentity } from './access-keys.js';
import { type SignedRequest } from './canonical-request.js';
import { IamError } from './iam-error.js';
import { type IamSettings } from './iam-settings.js';
import { evaluatePolicy } from './policy.js';
import { readSignature } from './read-signature.js';
import { readSigner, verifySigner } from './signer.js';
import { checkScope } from './verify-signature.js';

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
    const { accessKeys } = this.settings;
    const scope = { service: SERVICE, region: this.plane.region };
    const now = this.clock.now();
    if (accessKeys === undefined) {
      const signature = readSignature(request);
      checkScope(signature, scope, now);
      return unnamedIdentity(signature.accessKeyId, this.plane.accountId);
    }
    const signer = readSigner(request, accessKeys, scope, now);
    verifySigner(request, signer);
    return signer.accessKey.identity;
  }
}

/** The name by which WebSocket APIs and `@connections` are signed for. */
const SERVICE = 'execute-api';
