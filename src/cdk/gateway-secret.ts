import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface GatewaySecretProps {
  /** Counts up with each rotation, from 1. */
  readonly generation: number;
  /** Whether the generation before is still there. */
  readonly acceptPrevious: boolean;
}

/**
 * What proves to the service that a request came through API Gateway: made by Secrets Manager, and in no template.
 *
 * Who can read it on AWS: besides those with `secretsmanager:GetSecretValue`, everyone with `apigateway:GET` on the API,
 * as it is a literal request parameter of each integration, which GetIntegration shows in plain text.
 *
 * Each generation is a secret of its own, since CloudFormation resolves a dynamic reference again only when the
 * reference changes, and running tasks do not read a changed secret. So a rotation is one deployment: the tasks that
 * accept both are there before the stage gets the API that sends the new one.
 */
export class GatewaySecret extends Construct {
  readonly current: ISecret;
  readonly previous: ISecret | undefined;

  constructor(scope: Construct, id: string, { generation, acceptPrevious }: GatewaySecretProps) {
    super(scope, id);
    this.current = this.#secret(generation);
    this.previous = acceptPrevious && generation > 1 ? this.#secret(generation - 1) : undefined;
  }

  /** `{{resolve:secretsmanager:…}}`, which CloudFormation alone replaces: the template has no secret. */
  get dynamicReference(): string {
    return this.current.secretValue.unsafeUnwrap();
  }

  #secret(generation: number): ISecret {
    const secret = new Secret(this, `Generation${generation}`, {
      description: `Backchannel: what API Gateway sends as GatewaySecret, generation ${generation}`,
      // letters and digits only: it stands between single quotes, and in a header
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    });
    // the library's classes do not fit its interfaces under `exactOptionalPropertyTypes`
    return secret as ISecret;
  }
}
