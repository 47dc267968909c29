import { GatewayVpcEndpointAwsService, type ISubnet, type IVpc, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

export interface NetworkProps {
  /** An existing VPC with its private subnets. Without it, a VPC is created. */
  readonly existing: { readonly vpcId: string; readonly subnetIds: readonly string[] } | undefined;
  /** For a created VPC. */
  readonly natGateways: number;
}

/** The VPC, and the private subnets of load balancer, tasks and cache. */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly subnets: ISubnet[];

  constructor(scope: Construct, id: string, { existing, natGateways }: NetworkProps) {
    super(scope, id);
    if (existing) {
      // without a lookup, which would need an account; our resources need only the ids
      this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
        vpcId: existing.vpcId,
        availabilityZones: existing.subnetIds.map((_, index) => `zone-${index}`),
        privateSubnetIds: [...existing.subnetIds],
      });
      this.subnets = this.vpc.privateSubnets;
    } else {
      // no interface endpoint for execute-api: its private DNS would divert callbacks from the public API
      const vpc = new Vpc(this, 'Vpc', {
        maxAzs: 2,
        natGateways,
        // restricting it takes a Lambda function, which a plain template cannot contain
        restrictDefaultSecurityGroup: false,
        gatewayEndpoints: {
          S3: { service: GatewayVpcEndpointAwsService.S3 },
          DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
        },
      });
      // the library's classes do not fit its interfaces under `exactOptionalPropertyTypes`
      this.vpc = vpc as IVpc;
      this.subnets = vpc.selectSubnets({ subnetType: SubnetType.PRIVATE_WITH_EGRESS }).subnets;
    }
  }
}
