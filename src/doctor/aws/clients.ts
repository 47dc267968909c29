import { ACMClient } from '@aws-sdk/client-acm';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { STSClient } from '@aws-sdk/client-sts';

export type AwsClients = ReturnType<typeof createClients>;

/**
 * A client for each service. Credentials, endpoints (`AWS_ENDPOINT_URL…`), and the Region unless it is given, come from
 * the environment and `~/.aws`, as for the `aws` command.
 */
export function createClients(region: string | undefined) {
  const settings = {
    ...(region !== undefined && { region }),
    // slows down by itself when AWS throttles
    retryMode: 'adaptive',
    maxAttempts: 6,
    // without them, a call from a network without a way out never ends
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 20_000 },
  };
  return {
    acm: new ACMClient(settings),
    apiGateway: new APIGatewayClient(settings),
    apiGatewayV2: new ApiGatewayV2Client(settings),
    cloudFormation: new CloudFormationClient(settings),
    cloudTrail: new CloudTrailClient(settings),
    cloudWatch: new CloudWatchClient(settings),
    ec2: new EC2Client(settings),
    ecs: new ECSClient(settings),
    elb: new ElasticLoadBalancingV2Client(settings),
    iam: new IAMClient(settings),
    quotas: new ServiceQuotasClient(settings),
    sts: new STSClient(settings),
  };
}

/** Closes the sockets, which would otherwise stay open for a while. */
export function destroyClients(clients: AwsClients): void {
  for (const client of Object.values(clients)) client.destroy();
}
