import { Duration, Validations } from 'aws-cdk-lib';
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
  /** The port on which the tasks listen. */
  readonly port: number;
  /** The deregistration delay: how long a deregistered task may finish its requests. */
  readonly drain: Duration;
  /** The security group of other backends that use the publish API. */
  readonly publisherSecurityGroupId: string | undefined;
  /** The path below which the service has its routes. */
  readonly path: string | undefined;
}

/** The internal Network Load Balancer, its health check of the tasks, and API Gateway's VPC link to it. */
export class LoadBalancer extends Construct {
  readonly loadBalancer: NetworkLoadBalancer;
  readonly targetGroup: NetworkTargetGroup;
  /** A v1 VPC link, the only kind that WebSocket APIs can use. */
  readonly vpcLink: VpcLink;

  constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    super(scope, id);
    const { vpc, subnets } = props.network;
    /*
     * A security group without rules: nothing in the VPC can reach the service except through API Gateway. Traffic of
     * the VPC link comes by PrivateLink and has no addresses that a rule could name; it passes because the rules are
     * not enforced for PrivateLink. A load balancer that was created without a security group cannot get one later.
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
      // with few tasks, a zone may have none
      crossZoneEnabled: true,
    });
    Validations.of(this.loadBalancer).acknowledge({
      id: 'AwsSolutions-ELB2',
      reason:
        'A Network Load Balancer logs only requests of TLS listeners, and this one has a TCP listener: API Gateway writes the access log.',
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
        path: `${props.path ?? ''}/health/ready`,
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
