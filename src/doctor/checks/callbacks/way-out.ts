import { type EcsService } from '../../aws/ecs.js';
import { type RouteTable } from '../../aws/network.js';
import { type Check, type Finding, findings } from '../../check.js';
import { READ_ECS_SERVICES } from '../../permissions.js';

export const wayOut: Check = {
  id: 'way-out',
  group: 'callbacks',
  title: 'the subnets of the tasks have a way to API Gateway',
  severity: 'problem',
  reason:
    'callbacks go to a public name: from a subnet without a way out they do not fail, they time out (aws-sdk-go-v2 #1534)',
  fix: 'route 0.0.0.0/0 of the subnets to a NAT gateway; or to an internet gateway, and give the tasks public addresses',
  section: '22',
  permissions: [...READ_ECS_SERVICES, 'ec2:DescribeRouteTables'],
  async run({ backend }) {
    const [services, groups] = await Promise.all([backend.services(), backend.targetGroups()]);
    const vpcs = [...new Set(groups.map(({ vpcId }) => vpcId))];
    const tables = (await Promise.all(vpcs.map((vpcId) => backend.routeTables(vpcId)))).flat();
    const subnets = services.flatMap((service) => service.subnetIds.map((subnet) => ({ service, subnet })));
    const found = subnets.flatMap(({ service, subnet }) =>
      findingFor(subnet, service, tableOf(subnet, tables)),
    );
    const targets = new Set(subnets.map(({ subnet }) => tableOf(subnet, tables)?.defaultRoute?.target));
    return findings(found, [...targets].join(', ') || 'the tasks have no subnets of their own');
  },
};

const tableOf = (subnet: string, tables: readonly RouteTable[]): RouteTable | undefined =>
  tables.find(({ subnetIds }) => subnetIds.includes(subnet)) ?? tables.find(({ isMain }) => isMain);

function findingFor(
  subnet: string,
  { hasPublicIp }: EcsService,
  table: RouteTable | undefined,
): readonly Finding[] {
  const route = table?.defaultRoute;
  if (route === undefined) {
    return [{ seen: `${subnet}: its route table ${table?.id ?? ''} has no route for 0.0.0.0/0` }];
  }
  if (route.isBlackhole) {
    return [{ seen: `${subnet}: the route to ${route.target} is a black hole, its target no longer exists` }];
  }
  return route.target.startsWith('igw-') && !hasPublicIp
    ? [{ seen: `${subnet}: the way out is ${route.target}, and the tasks have no public address` }]
    : [];
}
