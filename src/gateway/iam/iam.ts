import { type Clock } from '../clock.js';
import { isSessionOfRole } from '../silent/authorization-choices.js';
import { type Identity, unnamedIdentity } from './access-keys.js';
import { type SignedRequest } from './canonical-request.js';
import { IamError } from './iam-error.js';
import { type IamSettings } from './iam-settings.js';
import { evaluatePolicy } from './policy.js';
import { readSignature } from './read-signature.js';
import { readSigner, verifySigner } from './signer.js';
import { checkScope } from './verify-signature.js';

/** The part of AWS Identity and Access Management that API Gateway uses: verifies signatures and evaluates policies. */
export class Iam {
  constructor(
    private readonly settings: IamSettings,
    private readonly plane: { readonly region: string; readonly accountId: string },
    private readonly clock: Clock,
  ) {}

  /** Whether requests to `@connections` must be signed. */
  get guardsConnections(): boolean {
    return this.settings.auth === 'sigv4';
  }

  /**
   * @param action such as `execute-api:Invoke`
   * @param resourcePath the end of the resource's ARN: `{apiId}/{stage}/$connect`
   * @returns the signer's identity
   * @throws {IamError} the signature is missing or not valid, or the signer is not allowed to do it
   */
  authorize(request: SignedRequest, action: string, resourcePath: string): Caller {
    const identity = this.#authenticate(request);
    const { region, accountId } = this.plane;
    const { byArn, others } = this.settings.policies;
    const policy = byArn.get(identity.arn) ?? others;
    const decision =
      policy === undefined
        ? 'implicitDeny'
        : evaluatePolicy(policy, action, `arn:aws:execute-api:${region}:${accountId}:${resourcePath}`);
    if (decision === 'allowed') return identity;

    // recorded for a role's session; for users: https://repost.aws/knowledge-center/api-gateway-iam-sigv4-mismatch
    const kind = isSessionOfRole(identity.arn) ? 'session' : 'identity-based';
    const because =
      decision === 'explicitDeny'
        ? `with an explicit deny in ${kind === 'session' ? 'a' : 'an'} ${kind} policy`
        : `because no ${kind} policy allows the ${action} action`;
    throw new IamError(
      'AccessDeniedException',
      `User: ${identity.arn} is not authorized to perform: ${action} on resource: arn:aws:execute-api:${region}:********${accountId.slice(-4)}:${resourcePath} ${because}`,
    );
  }

  #authenticate(request: SignedRequest): Caller {
    const { accessKeys } = this.settings;
    const scope = { service: SERVICE, region: this.plane.region };
    const now = this.clock.now();
    // signers follow the machine's clock when a test moves the gateway's
    const machineNow = Date.now();
    if (accessKeys === undefined) {
      const signature = readSignature(request);
      checkScope(signature, scope, now, machineNow);
      const { accessKeyId } = signature;
      return { ...unnamedIdentity(accessKeyId, this.plane.accountId), accessKeyId };
    }
    const signer = readSigner(request, accessKeys, scope, now, machineNow);
    verifySigner(request, signer);
    return { ...signer.accessKey.identity, accessKeyId: signer.signature.accessKeyId };
  }
}

/** The signer of a request, and the access key that signed it. */
export type Caller = Identity & { readonly accessKeyId: string };

/** Signing name of WebSocket APIs and `@connections`. */
const SERVICE = 'execute-api';
