import { type Check, findings, skip } from '../../check.js';
import { READ_TARGET_GROUPS } from '../../permissions.js';

export const privateDns: Check = {
  id: 'private-dns',
  group: 'callbacks',
  title: 'no VPC endpoint takes over the name of the API',
  severity: 'problem',
  reason:
    'an interface endpoint for execute-api with private DNS makes the name of every public API of the Region resolve to itself, and it serves private APIs only: callbacks from the VPC get 403',
  fix: 'aws ec2 modify-vpc-endpoint --vpc-endpoint-id ID --no-private-dns-enabled, or let the backend post to a custom domain name',
  section: 'privateDns',
  permissions: [...READ_TARGET_GROUPS, 'ec2:DescribeVpcEndpoints'],
  async run({ backend }) {
    const vpcs = [...new Set((await backend.targetGroups()).map(({ vpcId }) => vpcId))];
    if (vpcs.length === 0) return skip('the load balancer has no target group, and so no known VPC');
    const endpoints = await Promise.all(vpcs.map((vpcId) => backend.apiEndpoints(vpcId)));
    return findings(
      vpcs.flatMap((vpcId, index) =>
        (endpoints[index] ?? [])
          .filter(({ hasPrivateDns }) => hasPrivateDns)
          .map(({ id }) => ({ seen: `${id} in ${vpcId} is an endpoint for execute-api with private DNS` })),
      ),
      vpcs.join(', '),
    );
  },
};
