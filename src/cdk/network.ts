import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  type ISubnet,
  type IVpc,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { type IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface NetworkProps {
  /** An existing VPC with its private subnets. Without it, a VPC is created. */
  readonly existing: { readonly vpcId: string; readonly subnetIds: readonly string[] } | undefined;
  /** For a created VPC. */
  readonly natGateways: number;
  /** Whether a created VPC logs its flows. */
  readonly flowLogs: boolean;
  readonly logRetentionDays: number;
  readonly encryptionKey: IKey | undefined;
}

/** The VPC, and the private subnets of load balancer, tasks and cache. */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly subnets: ISubnet[];

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { existing, natGateways } = props;
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
        subnetConfiguration: [
          // only NAT gateways are in it, which have addresses of their own
          { name: 'Public', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
          { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
        ],
        // restricting it takes a Lambda function, which a plain template cannot contain
        restrictDefaultSecurityGroup: false,
        gatewayEndpoints: {
          S3: { service: GatewayVpcEndpointAwsService.S3 },
          DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
        },
      });
      if (props.flowLogs) this.#logFlows(vpc, props);
      else {
        Validations.of(vpc).acknowledge({
          id: 'AwsSolutions-VPC7',
          reason: 'Flow logs cost for each flow: the parameter flowLogs switches them on.',
        });
      }
      // the library's classes do not fit its interfaces under `exactOptionalPropertyTypes`
      this.vpc = vpc as IVpc;
      this.subnets = vpc.selectSubnets({ subnetType: SubnetType.PRIVATE_WITH_EGRESS }).subnets;
    }
  }
  #logFlows(vpc: Vpc, { logRetentionDays, encryptionKey }: NetworkProps): void {
    const logGroup = new LogGroup(this, 'FlowLogs', {
      retention: logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(encryptionKey && { encryptionKey }),
    });
    vpc.addFlowLog('FlowLog', { destination: FlowLogDestination.toCloudWatchLogs(logGroup) });
  }
}
