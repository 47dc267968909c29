import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  LoadBalancerNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type AwsClients } from './clients.js';
import { allPages } from './pages.js';
import { read } from './read.js';

export interface LoadBalancer {
  readonly arn: string;
  readonly name: string;
  /** `network` is what a VPC link of v1 leads to. */
  readonly type: string;
  readonly state: string;
  readonly zones: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** Whether the rules of its security groups apply to traffic of the VPC link; with groups, `on` is the default. */
  readonly enforcesPrivateLinkRules: boolean;
}

export interface Listener {
  readonly port: number;
  readonly protocol: string;
  readonly certificateArn: string | undefined;
}

export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly protocol: string;
  readonly vpcId: string;
}

export interface Target {
  readonly id: string;
  readonly port: number | undefined;
  readonly zone: string | undefined;
  readonly state: string;
  readonly reason: string | undefined;
  readonly description: string | undefined;
}

/** Of a load balancer or target group, by AWS's keys. */
export type Attributes = Readonly<Record<string, string>>;

/** @returns `undefined` if it does not exist */
export const readLoadBalancer = ({ elb }: AwsClients, arn: string): Promise<LoadBalancer | undefined> =>
  read('elasticloadbalancing:DescribeLoadBalancers', async () => {
    try {
      const input = { LoadBalancerArns: [arn] };
      const { LoadBalancers: [balancer] = [] } = await elb.send(new DescribeLoadBalancersCommand(input));
      return (
        balancer && {
          arn,
          name: balancer.LoadBalancerName ?? '',
          type: balancer.Type ?? '',
          state: balancer.State?.Code ?? '',
          zones: (balancer.AvailabilityZones ?? []).map(({ ZoneName = '' }) => ZoneName),
          securityGroupIds: balancer.SecurityGroups ?? [],
          enforcesPrivateLinkRules: balancer.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic !== 'off',
        }
      );
    } catch (error) {
      if (error instanceof LoadBalancerNotFoundException) return undefined;
      throw error;
    }
  });

export const readListeners = ({ elb }: AwsClients, loadBalancerArn: string): Promise<readonly Listener[]> =>
  read('elasticloadbalancing:DescribeListeners', async () => {
    const listeners = await allPages(async (Marker) => {
      const input = { LoadBalancerArn: loadBalancerArn, Marker };
      const page = await elb.send(new DescribeListenersCommand(input));
      return { items: page.Listeners, next: page.NextMarker };
    });
    return listeners.map(({ Port = 0, Protocol = '', Certificates: [certificate] = [] }) => ({
      port: Port,
      protocol: Protocol,
      certificateArn: certificate?.CertificateArn,
    }));
  });

export const readTargetGroups = (
  { elb }: AwsClients,
  loadBalancerArn: string,
): Promise<readonly TargetGroup[]> =>
  read('elasticloadbalancing:DescribeTargetGroups', async () => {
    const groups = await allPages(async (Marker) => {
      const input = { LoadBalancerArn: loadBalancerArn, Marker };
      const page = await elb.send(new DescribeTargetGroupsCommand(input));
      return { items: page.TargetGroups, next: page.NextMarker };
    });
    return groups.map(({ TargetGroupArn = '', TargetGroupName = '', Protocol = '', VpcId = '' }) => ({
      arn: TargetGroupArn,
      name: TargetGroupName,
      protocol: Protocol,
      vpcId: VpcId,
    }));
  });

export const readTargets = ({ elb }: AwsClients, targetGroupArn: string): Promise<readonly Target[]> =>
  read('elasticloadbalancing:DescribeTargetHealth', async () => {
    const input = { TargetGroupArn: targetGroupArn };
    const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand(input));
    return TargetHealthDescriptions.map(({ Target: target, TargetHealth: health }) => ({
      id: target?.Id ?? '',
      port: target?.Port,
      zone: target?.AvailabilityZone,
      state: health?.State ?? '',
      reason: health?.Reason,
      description: health?.Description,
    }));
  });

export const readLoadBalancerAttributes = ({ elb }: AwsClients, arn: string): Promise<Attributes> =>
  read('elasticloadbalancing:DescribeLoadBalancerAttributes', async () => {
    const input = { LoadBalancerArn: arn };
    return attributes((await elb.send(new DescribeLoadBalancerAttributesCommand(input))).Attributes);
  });

export const readTargetGroupAttributes = ({ elb }: AwsClients, arn: string): Promise<Attributes> =>
  read('elasticloadbalancing:DescribeTargetGroupAttributes', async () => {
    const input = { TargetGroupArn: arn };
    return attributes((await elb.send(new DescribeTargetGroupAttributesCommand(input))).Attributes);
  });

const attributes = (
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
): Attributes => Object.fromEntries(list.map(({ Key = '', Value = '' }) => [Key, Value]));
