import {
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcEndpointsCommand,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import { type AwsClients } from './clients.js';
import { allPages } from './pages.js';
import { read } from './read.js';

export interface RouteTable {
  readonly id: string;
  /** Whether it serves the subnets that no other table names. */
  readonly isMain: boolean;
  readonly subnetIds: readonly string[];
  readonly defaultRoute: DefaultRoute | undefined;
}

/** The route of `0.0.0.0/0`. */
export interface DefaultRoute {
  /** Such as `nat-…` or `igw-…`. */
  readonly target: string;
  /** Whether its target no longer exists. */
  readonly isBlackhole: boolean;
}

/** An interface endpoint for `execute-api`. */
export interface ApiEndpoint {
  readonly id: string;
  readonly hasPrivateDns: boolean;
}

export interface SecurityGroup {
  readonly id: string;
  readonly allowsHttpsOut: boolean;
}

export const readRouteTables = ({ ec2 }: AwsClients, vpcId: string): Promise<readonly RouteTable[]> =>
  read('ec2:DescribeRouteTables', async () => {
    const tables = await allPages(async (NextToken) => {
      const input = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }], NextToken };
      const page = await ec2.send(new DescribeRouteTablesCommand(input));
      return { items: page.RouteTables, next: page.NextToken };
    });
    return tables.map(({ RouteTableId = '', Associations = [], Routes = [] }) => {
      const route = Routes.find(({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0');
      return {
        id: RouteTableId,
        isMain: Associations.some(({ Main }) => Main === true),
        subnetIds: Associations.flatMap(({ SubnetId }) => SubnetId ?? []),
        defaultRoute: route && {
          target:
            route.NatGatewayId ??
            route.GatewayId ??
            route.TransitGatewayId ??
            route.NetworkInterfaceId ??
            route.VpcPeeringConnectionId ??
            'an unknown target',
          isBlackhole: route.State === 'blackhole',
        },
      };
    });
  });

export const readApiEndpoints = (
  { ec2 }: AwsClients,
  vpcId: string,
  serviceName: string,
): Promise<readonly ApiEndpoint[]> =>
  read('ec2:DescribeVpcEndpoints', async () => {
    const endpoints = await allPages(async (NextToken) => {
      const Filters = [
        { Name: 'vpc-id', Values: [vpcId] },
        { Name: 'service-name', Values: [serviceName] },
      ];
      const page = await ec2.send(new DescribeVpcEndpointsCommand({ Filters, NextToken }));
      return { items: page.VpcEndpoints, next: page.NextToken };
    });
    return endpoints.map(({ VpcEndpointId = '', PrivateDnsEnabled }) => ({
      id: VpcEndpointId,
      hasPrivateDns: PrivateDnsEnabled === true,
    }));
  });

export const readSecurityGroups = (
  { ec2 }: AwsClients,
  ids: readonly string[],
): Promise<readonly SecurityGroup[]> =>
  read('ec2:DescribeSecurityGroups', async () => {
    const groups = await allPages(async (NextToken) => {
      const page = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [...ids], NextToken }));
      return { items: page.SecurityGroups, next: page.NextToken };
    });
    return groups.map(({ GroupId = '', IpPermissionsEgress = [] }) => ({
      id: GroupId,
      allowsHttpsOut: IpPermissionsEgress.some(allowsHttps),
    }));
  });

/** `-1` is every protocol, which has no ports. */
const allowsHttps = ({ IpProtocol, FromPort = 0, ToPort = 65_535, IpRanges = [] }: IpPermission) =>
  IpRanges.some(({ CidrIp }) => CidrIp === '0.0.0.0/0') &&
  (IpProtocol === '-1' || (IpProtocol === 'tcp' && FromPort <= 443 && ToPort >= 443));
