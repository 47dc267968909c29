import { type Check, findings } from '../../check.js';
import { READ_LOAD_BALANCER } from '../../permissions.js';

export const privateLinkRules: Check = {
  id: 'private-link-rules',
  group: 'load-balancer',
  title: 'its security groups let the VPC link through',
  severity: 'problem',
  reason:
    "the rules of a load balancer's security groups apply to the traffic of the VPC link as well, whose addresses match no rule that you would write: every handshake times out although the targets are healthy",
  fix: 'aws elbv2 set-security-groups --load-balancer-arn ARN --security-groups … --enforce-security-group-inbound-rules-on-private-link-traffic off',
  section: 'privateLink',
  permissions: READ_LOAD_BALANCER,
  async run({ backend }) {
    const balancers = await backend.loadBalancers();
    return findings(
      balancers
        .filter(
          ({ securityGroupIds, enforcesPrivateLinkRules }) =>
            securityGroupIds.length > 0 && enforcesPrivateLinkRules,
        )
        .map(({ name, securityGroupIds }) => ({
          seen: `${name} enforces the rules of ${securityGroupIds.join(', ')} on PrivateLink traffic`,
        })),
      balancers
        .map(({ securityGroupIds }) =>
          securityGroupIds.length === 0 ? 'no security groups' : 'not enforced on PrivateLink traffic',
        )
        .join(', '),
    );
  },
};
