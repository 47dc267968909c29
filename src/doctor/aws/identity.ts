import { SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type AwsClients } from './clients.js';
import { read } from './read.js';

export interface Caller {
  readonly accountId: string;
  readonly partition: string;
  readonly arn: string;
}

/** What IAM would decide about one action of a role. */
export interface Simulation {
  readonly resource: string;
  readonly decision: 'allowed' | 'implicitDeny' | 'explicitDeny';
  readonly isDeniedByBoundary: boolean;
  /** By a service control policy. */
  readonly isDeniedByOrganization: boolean;
}

/** Needs no permission, so that it fails only if the credentials are not usable. */
export async function readCaller({ sts }: AwsClients): Promise<Caller> {
  const { Account = '', Arn = '' } = await read('sts:GetCallerIdentity', () =>
    sts.send(new GetCallerIdentityCommand()),
  );
  return { accountId: Account, partition: Arn.split(':')[1] ?? 'aws', arn: Arn };
}

export const simulate = (
  { iam }: AwsClients,
  roleArn: string,
  action: string,
  resources: readonly string[],
): Promise<readonly Simulation[]> =>
  read('iam:SimulatePrincipalPolicy', async () => {
    const { EvaluationResults = [] } = await iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: roleArn,
        ActionNames: [action],
        ResourceArns: [...resources],
      }),
    );
    return EvaluationResults.map((result) => ({
      resource: result.EvalResourceName ?? '',
      decision: result.EvalDecision ?? 'implicitDeny',
      isDeniedByBoundary: result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false,
      isDeniedByOrganization: result.OrganizationsDecisionDetail?.AllowedByOrganizations === false,
    }));
  });
