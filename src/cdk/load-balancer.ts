import { Duration } from 'aws-cdk-lib';
import { VpcLink } from 'aws-cdk-lib/aws-apigateway';
import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  type INetworkLoadBalancer,
  NetworkLoadBalancer,
  NetworkTargetGroup,
  Protocol,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { type Network } from './network.js';

export interface LoadBalancerProps {
  readonly network: Network;
  /** On which the tasks listen. */
  readonly port: number;
  /** How long a task that leaves may finish what was sent to it. */
  readonly drain: Duration;
  /** Who may use the publish API besides API Gateway, by a security group. */
  readonly publisherSecurityGroupId: string | undefined;
}

/** The internal network load balancer, what it asks the tasks for, and API Gateway's link to it. */
export class LoadBalancer extends Construct {
  readonly loadBalancer: NetworkLoadBalancer;
  readonly targetGroup: NetworkTargetGroup;
  /** v1: the only kind that WebSocket APIs have. */
  readonly vpcLink: VpcLink;

  constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    super(scope, id);
    const { vpc, subnets } = props.network;
    /*
     * With a group and no rule, nothing in the VPC reaches the service past API Gateway. The link's traffic comes by
     * PrivateLink, has no addresses that a rule could name, and is let through by not being asked for one. A group
     * cannot be added to a load balancer that was made without.
     */
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Backchannel load balancer: only API Gateway, by PrivateLink',
      allowAllOutbound: false,
    });
    this.loadBalancer = new NetworkLoadBalancer(this, 'Nlb', {
      vpc,
      vpcSubnets: { subnets },
      internetFacing: false,
      securityGroups: [securityGroup],
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: false,
      // with few tasks a zone may be without one
      crossZoneEnabled: true,
    });
    if (props.publisherSecurityGroupId !== undefined) {
      const publisher = SecurityGroup.fromSecurityGroupId(this, 'Publisher', props.publisherSecurityGroupId, {
        mutable: false,
      });
      securityGroup.addIngressRule(publisher, Port.tcp(80), 'publish API');
    }
    this.targetGroup = new NetworkTargetGroup(this, 'Targets', {
      vpc,
      port: props.port,
      protocol: Protocol.TCP,
      targetType: TargetType.IP,
      deregistrationDelay: props.drain,
      healthCheck: {
        protocol: Protocol.HTTP,
        path: '/health/ready',
        healthyHttpCodes: '200',
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 2,
      },
    });
    this.loadBalancer.addListener('Http', {
      port: 80,
      protocol: Protocol.TCP,
      defaultTargetGroups: [this.targetGroup],
    });
    // the library's classes do not fit its interfaces under `exactOptionalPropertyTypes`
    const targets = [this.loadBalancer as INetworkLoadBalancer];
    this.vpcLink = new VpcLink(this, 'VpcLink', { targets });
  }
}
