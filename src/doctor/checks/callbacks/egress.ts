import { type Check, findings, skip } from '../../check.js';
import { READ_ECS_SERVICES } from '../../permissions.js';

export const egress: Check = {
  id: 'egress',
  group: 'callbacks',
  title: 'the security groups of the tasks allow HTTPS out',
  severity: 'problem',
  reason: 'a security group without a rule for port 443 drops callbacks: they time out without an error',
  fix: 'aws ec2 authorize-security-group-egress --group-id ID --protocol tcp --port 443 --cidr 0.0.0.0/0',
  section: '22',
  permissions: [...READ_ECS_SERVICES, 'ec2:DescribeSecurityGroups'],
  async run({ backend }) {
    const ids = [...new Set((await backend.services()).flatMap(({ securityGroupIds }) => securityGroupIds))];
    if (ids.length === 0) return skip('the tasks have no security groups of their own');
    const groups = await backend.securityGroups(ids);
    return findings(
      groups.some(({ allowsHttpsOut }) => allowsHttpsOut)
        ? []
        : [{ seen: `none of ${ids.join(', ')} allows TCP 443 to 0.0.0.0/0` }],
      ids.join(', '),
    );
  },
};
