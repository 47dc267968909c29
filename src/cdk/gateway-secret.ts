import { Validations } from 'aws-cdk-lib';
import { type IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface GatewaySecretProps {
  /** Starts at 1; one more for each rotation. */
  readonly generation: number;
  /** Whether the service still accepts the previous generation. */
  readonly acceptPrevious: boolean;
  readonly encryptionKey: IKey | undefined;
}

/**
 * The secret that proves to the service that a request came through API Gateway. Secrets Manager generates it, and it
 * is not in the template.
 *
 * Who can read it on AWS: besides those with `secretsmanager:GetSecretValue`, everyone with `apigateway:GET` on the API,
 * because it is a literal request parameter of each integration, which GetIntegration returns in plain text.
 *
 * Each generation is a secret of its own: CloudFormation resolves a dynamic reference again only when the reference
 * changes, and running tasks do not read a changed secret. So a rotation is one deployment, in which tasks that accept
 * both secrets run before the stage serves the API that sends the new one.
 */
export class GatewaySecret extends Construct {
  readonly current: ISecret;
  readonly previous: ISecret | undefined;

  constructor(scope: Construct, id: string, props: GatewaySecretProps) {
    super(scope, id);
    const { generation, acceptPrevious, encryptionKey } = props;
    this.current = this.#secret(generation, encryptionKey);
    this.previous =
      acceptPrevious && generation > 1 ? this.#secret(generation - 1, encryptionKey) : undefined;
  }

  /** `{{resolve:secretsmanager:…}}`, which CloudFormation replaces at deployment. */
  get dynamicReference(): string {
    return this.current.secretValue.unsafeUnwrap();
  }

  #secret(generation: number, encryptionKey: IKey | undefined): ISecret {
    const secret = new Secret(this, `Generation${generation}`, {
      description: `Backchannel: the GatewaySecret header of API Gateway, generation ${generation}`,
      // letters and digits only, because it is a literal in single quotes and a header value
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
      ...(encryptionKey && { encryptionKey }),
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'API Gateway and the tasks read it at a deployment only: a scheduled rotation would refuse every request. The parameter secretGeneration rotates it.',
    });
    // the library's classes do not fit its interfaces under `exactOptionalPropertyTypes`
    return secret as ISecret;
  }
}
